# Errors as the caller sees them: type with the place it came from, message, and the frames of the function.
# frozen_string_literal: true

module FugazRuntime
  module Errors
    OWN_DIR = "#{__dir__}/"
    FRAMES_MAX = 100

    # `place` is Function, Init or Runtime.
    def self.describe(error, place)
      { "errorMessage" => FugazRuntime.utf8(error.message), "errorType" => "#{place}<#{error.class}>", "stackTrace" => frames(error) }
    end

    # The frames above this runtime's own.
    def self.frames(error)
      lines = (error.backtrace_locations || error.backtrace || []).first(FRAMES_MAX).map { |frame| FugazRuntime.utf8(frame) }
      lines.take_while { |line| !line.start_with?(OWN_DIR) }
    end
  end
end
