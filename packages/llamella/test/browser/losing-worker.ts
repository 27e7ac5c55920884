/** The worker that the graph runs in, whose GPU is lost when the page says so on a channel. */
import '@llamella/runtime-web/worker';

let device: GPUDevice | undefined;
const requestDevice = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor) {
  device = await requestDevice.call(this, descriptor);
  return device;
};
new BroadcastChannel('lose-gpu').onmessage = () => device?.destroy();
