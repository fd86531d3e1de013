"""Makes a thumbnail of every picture that lands in a bucket: half the size, into the bucket named "<bucket>resized".

The shape every S3 tutorial for Lambda teaches: download to /tmp, work on the file with Pillow, upload the result.
"""
import os
import uuid
from urllib.parse import unquote_plus

import boto3
from PIL import Image

s3 = boto3.client("s3")


def shrink(source, target):
    with Image.open(source) as picture:
        before = picture.size
        picture.thumbnail((before[0] // 2, before[1] // 2))
        picture.save(target)
        return before, picture.size


def lambda_handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        name = os.path.basename(key)
        source = "/tmp/{}-{}".format(uuid.uuid4(), name)
        target = "/tmp/small-{}-{}".format(uuid.uuid4(), name)
        s3.download_file(bucket, key, source)
        before, after = shrink(source, target)
        s3.upload_file(target, "{}resized".format(bucket), key)
        print("{}: {} x {} became {} x {}".format(key, *before, *after))
