# Loads the handler and answers events with it, one at a time.
# frozen_string_literal: true

require "json"
require "stringio"
require_relative "channel"
require_relative "context"
require_relative "errors"
require_relative "handler"
require_relative "logs"

module FugazRuntime
  module Serve
    # Exit codes of the original.
    INIT_FAILED = -4
    CRITICAL = -1

    class << self
      def run(handler_name, task_root)
        Channel.open
        Logs.setup
        $LOAD_PATH.unshift(task_root) unless $LOAD_PATH.include?(task_root)
        handler = load_handler(handler_name)
        Channel.send_ready
        loop { answer(handler, *Channel.receive_invoke) }
      end

      private

      def load_handler(name)
        handler = LambdaHandler.new(name)
        require handler.file
        handler
      rescue Exception => e # Whatever the top level raised, exit included, is the function's failure
        described = Errors.describe(e, "Init")
        Logs.error("Init error when loading handler #{name}", described)
        Channel.send_init_error(described["errorType"], JSON.generate(described))
        exit(INIT_FAILED)
      end

      def answer(handler, request_id, meta, payload)
        Logs.request_id = request_id
        ENV["_X_AMZN_TRACE_ID"] = meta["traceId"]
        context = LambdaContext.new(request_id, meta)
        result = to_bytes(handler.call(JSON.parse(payload.force_encoding(Encoding::UTF_8)), context))
      rescue NameError => e
        report(e, request_id, meta, critical: true)
      rescue StandardError => e
        report(e, request_id, meta, critical: false)
      rescue Exception => e # What is no StandardError ends the process, but not before the caller knows
        report(e, request_id, meta, critical: true)
      else
        Channel.send_result(request_id, result, meta["responseBytesMax"])
      end

      # Streams are answers as they are, everything else is JSON.
      def to_bytes(result)
        result.is_a?(IO) || result.is_a?(StringIO) ? result.read.b : result.to_json
      end

      def report(error, request_id, meta, critical:)
        described = Errors.describe(error, "Function")
        Logs.error(critical ? "Critical exception from handler" : "Error raised from handler method", described)
        Channel.send_error(request_id, described["errorType"], JSON.generate(described), meta["responseBytesMax"], critical)
        exit(CRITICAL) if critical
      end
    end
  end
end
