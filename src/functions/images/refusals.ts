// Why an image can not be taken: what is wrong is named, since an image comes from a tool and its user must mend it.
import { Fault } from "../../kernel/fault.ts";

/** Something wrong with the image itself: torn, hostile, of a kind that can not run here. The message is for whoever made the image. */
export class BadImage extends Fault {
  constructor(message: string) {
    super("InvalidParameterValueException", message, undefined, { Type: "User" });
  }
}

/** The image is whole but of a format, or for a machine, that is not served here. */
export class UnsupportedImage extends BadImage {}
