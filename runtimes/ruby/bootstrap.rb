# Entry of the Ruby runtime inside a sandbox: prepares the process, loads the handler, then answers events until the platform is gone.
# frozen_string_literal: true

# A function's files may have the names of libraries: they are out of the way until this runtime has its own.
given = $LOAD_PATH.dup
own = ENV.fetch("RUBYLIB", "").split(":")
$LOAD_PATH.reject! { |dir| own.include?(dir) }
require_relative "fugazruntime/serve"
$LOAD_PATH.replace(given)

FugazRuntime::Serve.run(ENV.fetch("_HANDLER", ""), ENV["LAMBDA_TASK_ROOT"] || Dir.pwd)
