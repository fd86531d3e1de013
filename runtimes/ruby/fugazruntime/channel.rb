# The wrapper's side of the channel on file descriptor 3. Writes go out at once, so that nothing said before a crash is lost.
# frozen_string_literal: true

require "json"

module FugazRuntime
  module Channel
    READ_BYTES = 64 * 1024
    # u32 size of the rest, u8 type, u8 length of the request id, u16 length of the head; big-endian.
    START_BYTES = 8
    START = "NCCn"
    # A longer log message travels in several frames; the platform cuts events at this size anyway.
    LOG_BYTES_MAX = 256 * 1024
    HEAD_CHARS_MAX = 1000

    INVOKE = 1
    READY = 2
    INIT_ERROR = 3
    RESULT = 4
    ERROR = 5
    FATAL_ERROR = 6
    TOO_LARGE = 7
    LOG = 8
    OUTPUT = 9

    @lock = Mutex.new

    class << self
      # Programs the function starts shall not inherit the channel.
      def open
        @io = IO.for_fd(3, "r+b", autoclose: false)
        @io.sync = true
        @io.close_on_exec = true
      end

      def send_ready
        send_frame(READY, "", "", "")
      end

      def send_init_error(error_type, payload)
        send_frame(INIT_ERROR, "", error_type, payload)
      end

      # The head tells how many microseconds have passed since the event came.
      def send_result(request_id, payload, bytes_max)
        send_bounded(RESULT, request_id, (microseconds - @delivered).to_s, payload, bytes_max)
      end

      # `fatal` says that the process is about to end.
      def send_error(request_id, error_type, payload, bytes_max, fatal)
        send_bounded(fatal ? FATAL_ERROR : ERROR, request_id, error_type, payload, bytes_max)
      end

      # One event of the log.
      def send_log(level, text)
        in_pieces(FugazRuntime.utf8(text)) { |piece| send_frame(LOG, "", level, piece) }
      end

      # Bytes that the program wrote to its own stdout (1) or stderr (2).
      def send_output(fd, data)
        in_pieces(data) { |piece| send_frame(OUTPUT, "", fd.to_s, piece) }
      end

      # Blocks until an event arrives: request id, metadata, payload. Ends the process when the platform is gone.
      def receive_invoke
        data = read_at_least(START_BYTES, String.new(encoding: Encoding::BINARY))
        size, type, id_bytes, head_bytes = data.unpack(START)
        read_at_least(START_BYTES + size, data)
        exit!(70) unless type == INVOKE
        @delivered = microseconds
        head_at = START_BYTES + id_bytes
        meta = JSON.parse(data.byteslice(head_at, head_bytes).force_encoding(Encoding::UTF_8))
        [data.byteslice(START_BYTES, id_bytes).force_encoding(Encoding::UTF_8), meta, data.byteslice(head_at + head_bytes, size)]
      end

      private

      def microseconds = Process.clock_gettime(Process::CLOCK_MONOTONIC, :microsecond)

      # Without at_exit blocks: threads of the function must not outlive the platform.
      def read_at_least(count, data)
        data << @io.readpartial([READ_BYTES, count - data.bytesize].max) while data.bytesize < count
        data
      rescue EOFError, SystemCallError
        exit!(0)
      end

      def in_pieces(text)
        at = 0
        loop do
          piece = text.byteslice(at, LOG_BYTES_MAX)
          piece = piece.byteslice(0, piece.bytesize - 1) until piece.valid_encoding? || piece.bytesize < LOG_BYTES_MAX - 4
          yield piece
          at += piece.bytesize
          break if at >= text.bytesize
        end
      end

      def send_bounded(type, request_id, head, payload, bytes_max)
        if payload.bytesize > bytes_max
          send_frame(TOO_LARGE, request_id, payload.bytesize.to_s, "")
        else
          send_frame(type, request_id, head, payload)
        end
      end

      def send_frame(type, request_id, head, body)
        head = FugazRuntime.utf8(head)[0, HEAD_CHARS_MAX]
        start = [request_id.bytesize + head.bytesize + body.bytesize, type, request_id.bytesize, head.bytesize].pack(START) << request_id.b << head.b
        locked { @io.write(start, body) }
      end

      # A signal handler may not take a lock, but may well have something to say.
      def locked(&block)
        @lock.synchronize(&block)
      rescue ThreadError
        block.call
      end
    end
  end

  # Text as the wire can carry it.
  def self.utf8(text)
    text = text.to_s
    text = text.dup.force_encoding(Encoding::UTF_8) if text.encoding == Encoding::BINARY
    text.encoding == Encoding::UTF_8 ? text.scrub : text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace)
  end
end
