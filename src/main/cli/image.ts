// `fugaz image`: images on disk go into the registry, and the registry's can be listed and removed.
import { BatchDeleteImageCommand, CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient, paginateDescribeImages, paginateDescribeRepositories, RepositoryAlreadyExistsException, RepositoryNotFoundException } from "@aws-sdk/client-ecr";
import { Command } from "commander";
import { openImageSource } from "../../functions/images/sources.ts";
import { Fault } from "../../kernel/fault.ts";
import { isRepositoryName, isTag } from "../../kernel/image-name.ts";
import { clientSettings, endpointOption, type Endpoint } from "./client.ts";
import { pushSource } from "./push-image.ts";
import { table } from "./table.ts";
import { UserError } from "./user-error.ts";

export const imageCommand = (): Command =>
  new Command("image")
    .description("Container images for functions: push one from disk, list, remove; `docker push`, skopeo and buildah work too")
    .addCommand(pushCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand());

const pushCommand = (): Command =>
  new Command("push")
    .description("Push an image and print the ImageUri to create a function with")
    .argument("<path>", "an OCI layout directory, or an archive made by docker save, podman save or skopeo copy")
    .argument("<name>", "repository:tag; the tag is latest when it is left out")
    .addOption(endpointOption())
    .action(async (path: string, name: string, options: Endpoint) => {
      const { repository, tag } = parseName(name);
      const client = new ECRClient(clientSettings(options));
      const uri = await repositoryUri(client, repository);
      await using source = await openImageSource(path, tag).catch((error: unknown) => {
        throw error instanceof Fault || (error instanceof Error && "code" in error) ? new UserError(`The image ${path} can not be read: ${error.message}`) : error;
      });
      const digest = await pushSource(source, { endpoint: options.endpoint, path: uri.slice(uri.indexOf("/") + 1), tag });
      process.stderr.write(`${digest}\n`);
      process.stdout.write(`${uri}:${tag}\n`);
    });

const listCommand = (): Command =>
  new Command("list")
    .description("List images: repository, tag, digest, size, when it was pushed")
    .addOption(endpointOption())
    .option("--json", "print a JSON array instead of a table")
    .action(async (options: Endpoint & { readonly json?: true }) => {
      const client = new ECRClient(clientSettings(options));
      const images = [];
      for await (const { repositories = [] } of paginateDescribeRepositories({ client }, {}))
        for (const { repositoryName } of repositories)
          for await (const { imageDetails = [] } of paginateDescribeImages({ client }, { repositoryName })) images.push(...imageDetails);
      if (options.json) {
        process.stdout.write(`${JSON.stringify(images, null, 2)}\n`);
        return;
      }
      if (images.length === 0) {
        process.stdout.write("No images yet. `fugaz image push PATH NAME:TAG` brings one in, and so do docker push, skopeo and buildah.\n");
        return;
      }
      const rows = images.flatMap((image) => (image.imageTags ?? ["<none>"]).map((tag) => [image.repositoryName ?? "", tag, image.imageDigest?.slice(0, 19) ?? "", `${image.imageSizeInBytes} B`, image.imagePushedAt?.toISOString() ?? ""]));
      process.stdout.write(table(["REPOSITORY", "TAG", "DIGEST", "SIZE", "PUSHED"], rows));
    });

const removeCommand = (): Command =>
  new Command("remove")
    .description("Remove an image; functions made from it keep running")
    .argument("<name>", "repository:tag or repository@digest")
    .addOption(endpointOption())
    .action(async (name: string, options: Endpoint) => {
      const client = new ECRClient(clientSettings(options));
      const [repositoryName, imageDigest] = name.includes("@") ? name.split("@") : [parseName(name).repository, undefined];
      const imageIds = [imageDigest === undefined ? { imageTag: parseName(name).tag } : { imageDigest }];
      const reply = await client.send(new BatchDeleteImageCommand({ repositoryName, imageIds })).catch((error: unknown) => {
        throw error instanceof RepositoryNotFoundException ? new UserError(`There is no repository ${repositoryName}. \`fugaz image list\` shows the images there are.`) : error;
      });
      const [failed] = reply.failures ?? [];
      if (failed) throw new UserError(failed.failureCode === "ImageNotFound" ? `There is no image ${name}. \`fugaz image list\` shows the images there are.` : `The image ${name} can not be removed: ${failed.failureReason}`);
    });

function parseName(name: string): { readonly repository: string; readonly tag: string } {
  const [repository = "", tag = "latest", ...rest] = name.split(":");
  if (!isRepositoryName(repository) || !isTag(tag) || rest.length > 0) throw new UserError(`${JSON.stringify(name)} is no name of an image: lower-case words parted by slashes, two characters at least, then a colon and a tag, for example team/thumbnails:v1`);
  return { repository, tag };
}

/** Of the repository, which is made when it is not there. */
async function repositoryUri(client: ECRClient, repositoryName: string): Promise<string> {
  try {
    const { repository } = await client.send(new CreateRepositoryCommand({ repositoryName }));
    return repository?.repositoryUri ?? "";
  } catch (error) {
    if (!(error instanceof RepositoryAlreadyExistsException)) throw error;
    const { repositories } = await client.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
    return repositories?.[0]?.repositoryUri ?? "";
  }
}
