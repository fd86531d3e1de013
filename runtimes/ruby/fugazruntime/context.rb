# The context object a handler gets, attribute by attribute as the original builds it.
# frozen_string_literal: true

require "json"

class LambdaContext
  attr_reader :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name, :memory_limit_in_mb, :function_version,
              :identity, :client_context, :tenant_id, :deadline_ms

  def initialize(request_id, meta)
    @aws_request_id = request_id
    @invoked_function_arn = meta["invokedArn"]
    @deadline_ms = meta["deadlineMs"].to_i
    @tenant_id = meta["tenantId"]
    @identity = JSON.parse(meta["cognitoIdentity"]) if meta["cognitoIdentity"]
    @client_context = JSON.parse(meta["clientContext"]) if meta["clientContext"]
    @log_group_name = ENV["AWS_LAMBDA_LOG_GROUP_NAME"]
    @log_stream_name = ENV["AWS_LAMBDA_LOG_STREAM_NAME"]
    @function_name = ENV["AWS_LAMBDA_FUNCTION_NAME"]
    @memory_limit_in_mb = ENV["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
    @function_version = ENV["AWS_LAMBDA_FUNCTION_VERSION"]
  end

  def get_remaining_time_in_millis
    [@deadline_ms - Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond), 0].max
  end
end
