# Stands before the AWS SDK: loads the real one, and tells versions that do not read AWS_ENDPOINT_URL themselves where this cloud is.
# frozen_string_literal: true

$LOAD_PATH.delete(__dir__)
$LOADED_FEATURES.delete(__FILE__)
require "aws-sdk-core"

if ENV["AWS_ENDPOINT_URL"] && !Aws.shared_config.respond_to?(:configured_endpoint)
  Aws.config[:endpoint] ||= ENV["AWS_ENDPOINT_URL"]
  # Buckets can not be names in front of an address.
  Aws.config[:s3] = { force_path_style: true }.merge(Aws.config[:s3] || {})
end
