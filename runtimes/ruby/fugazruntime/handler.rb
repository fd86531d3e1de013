# Finds what a handler name means: a method of a file, or of a class in it.
# frozen_string_literal: true

# Its name shows in the message when a method is missing, as in the original.
class LambdaHandler
  attr_reader :file

  def initialize(name)
    parts = name.split(".")
    @file, @owner, @method = parts.size == 2 ? [parts[0], nil, parts[1]] : parts
    return if [2, 3].include?(parts.size)

    raise ArgumentError, "Invalid handler #{parts}, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where FILENAME corresponds with an existing Ruby source file FILENAME.rb, " \
                         "CLASS is an optional module/class namespace and METHOD is a callable method. If using CLASS, METHOD must be a class-level method."
  end

  def call(event, context)
    return __send__(@method, event: event, context: context) if @owner.nil?

    Kernel.const_get(@owner).send(@method, event: event, context: context)
  end
end
