import { existsSync, readdirSync } from 'node:fs';

const softwareDriver = '/usr/lib/chromium/vk_swiftshader_icd.json';
const driverFolders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];

/**
 * On a Linux machine without a Vulkan driver, makes the loader use SwiftShader from Debian's package chromium (with
 * libvulkan1), if it is installed. Processes started afterwards see it.
 */
export function useSoftwareAdapter(): void {
  if (process.env.VK_DRIVER_FILES !== undefined || !existsSync(softwareDriver)) return;
  if (driverFolders.some((folder) => existsSync(folder) && readdirSync(folder).length > 0)) return;
  process.env.VK_DRIVER_FILES = softwareDriver;
}
