// Makes a thumbnail of every picture that lands in a bucket: half the size, into the bucket named "<bucket>-thumbnails".
// Nothing here knows Fugaz: it is an ordinary Lambda function with one bundled dependency, pngjs.
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PNG } from "pngjs";

const s3 = new S3Client({});

export const handler = async (event) => {
  const made = [];
  for (const record of event.Records) {
    const bucket = record.s3.bucket.name;
    const key = decodeURIComponent(record.s3.object.key.replaceAll("+", " "));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const picture = PNG.sync.read(Buffer.from(await Body.transformToByteArray()));
    const small = halve(picture);
    await s3.send(new PutObjectCommand({ Bucket: `${bucket}-thumbnails`, Key: key, Body: PNG.sync.write(small), ContentType: "image/png" }));
    console.log(`${key}: ${picture.width} x ${picture.height} became ${small.width} x ${small.height}`);
    made.push(key);
  }
  return made;
};

/** Averages each square of four pixels. */
function halve(picture) {
  const small = new PNG({ width: Math.max(1, picture.width >> 1), height: Math.max(1, picture.height >> 1) });
  for (let y = 0; y < small.height; y++)
    for (let x = 0; x < small.width; x++)
      for (let channel = 0; channel < 4; channel++) {
        const at = (dx, dy) => {
          const column = Math.min(picture.width - 1, 2 * x + dx);
          const row = Math.min(picture.height - 1, 2 * y + dy);
          return picture.data[4 * (row * picture.width + column) + channel];
        };
        small.data[4 * (y * small.width + x) + channel] = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) >> 2;
      }
  return small;
}
