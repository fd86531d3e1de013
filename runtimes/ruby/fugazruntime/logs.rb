# Where a function's words go: puts and Logger as whole events, everything else as the bytes they are, all in their order.
# frozen_string_literal: true

require "json"
require "logger"

module FugazRuntime
  module Logs
    AS_JSON = ENV.fetch("AWS_LAMBDA_LOG_FORMAT", "").casecmp?("json")
    LEVELS = { "TRACE" => "DEBUG", "DEBUG" => "DEBUG", "INFO" => "INFO", "WARN" => "WARN", "ERROR" => "ERROR", "FATAL" => "FATAL" }.freeze

    class << self
      attr_accessor :request_id

      def setup
        capture($stdout, 1)
        capture($stderr, 2)
        # Warnings would go past the stream's own write.
        Warning.define_singleton_method(:warn) { |text, **| $stderr.write(text) && nil }
        speak_in_events
        Logger.prepend(ToTheLog)
      end

      # An error the runtime reports, in the function's log.
      def error(title, described)
        if AS_JSON
          line = { "timestamp" => Time.now.utc.strftime("%Y-%m-%dT%H:%M:%S.%LZ"), "level" => "ERROR", "message" => title, "requestId" => request_id }
          Channel.send_log("ERROR", JSON.generate(line.compact.merge(described)))
        else
          Channel.send_log("ERROR", title)
          Channel.send_log("ERROR", JSON.pretty_generate(described))
        end
      end

      private

      # One call of puts is one event, however many lines it has; who has put another stream into $stdout gets the words there.
      def speak_in_events
        whole = proc do |*words|
          next $stdout.puts(*words) unless $stdout.equal?(STDOUT)

          Channel.send_log("", words.flatten.map { |word| FugazRuntime.utf8(word).chomp }.join("\n"))
          nil
        end
        Kernel.define_method(:puts, &whole)
        Kernel.send(:private, :puts)
        Kernel.define_singleton_method(:puts, &whole)
      end

      def capture(stream, fd)
        stream.sync = true
        stream.define_singleton_method(:write) do |*parts|
          data = parts.join.b
          Channel.send_output(fd, data) unless data.empty?
          data.bytesize
        end
      end
    end

    # A Logger that writes to the standard streams, or to nothing, writes to the function's log.
    module ToTheLog
      def initialize(device = nil, *rest, **options)
        return super unless device.nil? || device.equal?($stdout) || device.equal?($stderr)

        options[:level] ||= LEVELS.fetch(ENV.fetch("AWS_LAMBDA_LOG_LEVEL", "").upcase, "DEBUG")
        super(Sink.new, *rest, **options)
        @default_formatter = AS_JSON ? JsonLines.new : Lines.new
        @default_formatter.datetime_format = options[:datetime_format]
      end
    end

    class Sink
      def write(text)
        Channel.send_log("", text.chomp)
        text.bytesize
      end

      def close; end
    end

    class Lines < Logger::Formatter
      def call(severity, time, progname, msg)
        id = Logs.request_id
        "#{severity[0]}, [#{format_datetime(time)} ##{Process.pid}] #{severity.rjust(5)} #{id} -- #{progname}: #{FugazRuntime.utf8(msg2str(msg))}\n"
      end
    end

    class JsonLines < Logger::Formatter
      def call(severity, time, progname, msg)
        failed = msg.is_a?(Exception)
        line = {
          timestamp: time.utc.strftime("%Y-%m-%dT%H:%M:%S.%6NZ"), level: severity, message: FugazRuntime.utf8(failed ? msg.message : msg2str(msg)),
          requestId: Logs.request_id, logger: progname && FugazRuntime.utf8(progname)
        }
        line.update(errorType: msg.class.to_s, errorMessage: line[:message], stackTrace: (msg.backtrace || []).map { |frame| FugazRuntime.utf8(frame) }) if failed
        "#{JSON.generate(line.compact)}\n"
      end
    end
  end
end
