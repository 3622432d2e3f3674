// Lets a Worker hear: the messages that wait are handled before it goes on.

// A MessageChannel lets them in without the delay that browsers add to timers.
const channel = new MessageChannel();

export function turn(): Promise<void> {
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });
}
