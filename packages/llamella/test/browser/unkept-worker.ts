/** The worker of a model where a page has no file system, as in some private windows. */
import 'llamella/worker';

StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException('not here', 'SecurityError'));
