// What is JSON before it comes to the codecs.

/**
 * A value of an output that is there in JSON's form already, as the wire wants it. Only for what came in through this wire: nothing looks into it.
 * A handler that is called in process answers it, too.
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
