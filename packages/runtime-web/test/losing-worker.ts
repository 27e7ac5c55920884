/** The worker, in which the second step meets a GPU that is being lost. */
import '../src/worker.ts';

let device: GPUDevice | undefined;
let steps = 0;
const requestDevice = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor) {
  device = await requestDevice.call(this, descriptor);
  return device;
};
addEventListener('message', ({ data }) => {
  if (data.call === 'forward' && ++steps === 2) device?.destroy();
});
