// Numbers of up to 38 digits, kept as text: exact, in one canonical form, and with a text encoding whose byte order is their order.

/** 0.d₁d₂d₃… × 10^exponent; digits without zeros at either end, empty for zero. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

export type NumberProblem = "not-a-number" | "precision" | "overflow" | "underflow";

/** A text that is no number of DynamoDB's; the service words it. */
export class InvalidNumber extends Error {
  override readonly name = "InvalidNumber";
  readonly problem: NumberProblem;
  readonly text: string;

  constructor(problem: NumberProblem, text: string) {
    super(`${problem}: a number can not be read`);
    this.problem = problem;
    this.text = text;
  }
}

/** AWS: significant digits, and magnitudes from 1e-130 to 9.99…e125. */
const DIGITS_MAX = 38;
const EXPONENT_MAX = 126;
const EXPONENT_MIN = -129;
/** Ours: a number's text; longer ones are refused before they are worked through. */
const TEXT_MAX = 1000;

const SIMPLE = /^(?:0|-?[1-9]\d{0,37})$/;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** The canonical text: no exponent, no needless zeros. Throws InvalidNumber. */
export const canonicalNumber = (text: string): string => (SIMPLE.test(text) ? text : format(parse(text)));

function parse(text: string): Decimal {
  const match = text.length <= TEXT_MAX ? NUMBER.exec(text) : null;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match ?? [];
  if (!match || whole + fraction === "") throw new InvalidNumber("not-a-number", text);
  return checked(decimal(sign === "-", whole + fraction, whole.length + Number(power)), text);
}

function decimal(negative: boolean, digits: string, exponent: number): Decimal {
  let start = 0;
  while (digits.charCodeAt(start) === 0x30) start++;
  let end = digits.length;
  while (end > start && digits.charCodeAt(end - 1) === 0x30) end--;
  return start === end ? { negative: false, digits: "", exponent: 0 } : { negative, digits: digits.slice(start, end), exponent: exponent - start };
}

function checked(value: Decimal, text: string): Decimal {
  if (value.digits.length > DIGITS_MAX) throw new InvalidNumber("precision", text);
  if (value.exponent > EXPONENT_MAX) throw new InvalidNumber("overflow", text);
  if (value.exponent < EXPONENT_MIN) throw new InvalidNumber("underflow", text);
  return value;
}

function format({ negative, digits, exponent }: Decimal): string {
  if (digits === "") return "0";
  const sign = negative ? "-" : "";
  if (exponent <= 0) return `${sign}0.${"0".repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return `${sign}${digits}${"0".repeat(exponent - digits.length)}`;
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** Both in canonical form: negative, zero or positive as `a` is less, equal or greater. */
export function compareNumbers(a: string, b: string): number {
  if (a === b) return 0;
  if (a.length < 16 && b.length < 16) return Math.sign(Number(a) - Number(b));
  const [left, right] = [orderedNumber(a), orderedNumber(b)];
  return left < right ? -1 : 1;
}

const EXPONENT_BIAS = 500;

/** A text of ASCII whose order is the numbers' order: sign, biased exponent, digits; of negative numbers each digit by its complement. */
export function orderedNumber(canonical: string): string {
  const { negative, digits, exponent } = parse(canonical);
  if (digits === "") return "1";
  const power = String(exponent + EXPONENT_BIAS).padStart(3, "0");
  // A longer negative number with the same beginning is the smaller one: what follows the end must sort after every digit.
  return negative ? `0${complement(power)}${complement(digits)}~` : `2${power}${digits}`;
}

const complement = (digits: string): string => digits.replaceAll(/\d/g, (digit) => String(9 - Number(digit)));

/** The exact sum, canonical; `a` and `b` are. Throws InvalidNumber when it is out of range, or has too many digits, which AWS calls an overflow too. */
export function addNumbers(a: string, b: string): string {
  if (a.length < 15 && b.length < 15 && !a.includes(".") && !b.includes(".")) return String(Number(a) + Number(b));
  const [left, right] = [parse(a), parse(b)];
  const scale = Math.max(left.digits.length - left.exponent, right.digits.length - right.exponent);
  const sum = scaled(left, scale) + scaled(right, scale);
  const digits = String(sum < 0n ? -sum : sum);
  const result = decimal(sum < 0n, digits, digits.length - scale);
  if (result.digits.length > DIGITS_MAX) throw new InvalidNumber("overflow", `${a} + ${b}`);
  return format(checked(result, `${a} + ${b}`));
}

/** The value as an integer of 10^-scale. */
const scaled = ({ negative, digits, exponent }: Decimal, scale: number): bigint => {
  const size = digits === "" ? 0n : BigInt(digits) * 10n ** BigInt(scale - (digits.length - exponent));
  return negative ? -size : size;
};

export const subtractNumbers = (a: string, b: string): string => addNumbers(a, b.startsWith("-") ? b.slice(1) : b === "0" ? b : `-${b}`);
