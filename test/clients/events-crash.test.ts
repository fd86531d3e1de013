// A server that is killed while it takes in events: what was acknowledged has reached every target, each event whole or not at all.
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { test } from "vitest";
import { killableServer } from "./child-server.ts";
import { KILLS, killWhileSending, queueArn } from "./killed-while-sending.ts";

const killable = killableServer();

test(`of ${KILLS} times`, () =>
  killWhileSending(killable, {
    service: "events.amazonaws.com",
    lead: async (settings, queue) => {
      const events = new EventBridgeClient(settings);
      await events.send(new PutRuleCommand({ Name: queue, EventPattern: '{"source":["s"]}' }));
      await events.send(new PutTargetsCommand({ Rule: queue, Targets: [{ Id: "q", Arn: queueArn(queue), InputPath: "$.detail.n" }] }));
    },
    open: (settings) => {
      const events = new EventBridgeClient(settings);
      return { send: (text) => events.send(new PutEventsCommand({ Entries: [{ Source: "s", DetailType: "t", Detail: `{"n":${text}}` }] })), destroy: () => events.destroy() };
    },
  }));
