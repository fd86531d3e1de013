// One text for what is named within an account and region, to be found by in maps.

/** None of the three has a slash. */
export const placeName = ({ account, region, name }: { readonly account: string; readonly region: string; readonly name: string }): string => `${account}/${region}/${name}`;
