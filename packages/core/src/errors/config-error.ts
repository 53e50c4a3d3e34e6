/**
 * Something is wrong at construction or at a (re)load: the message names the option, what came (a
 * secret as its type and length only) and what is wanted. Never thrown while a call is served.
 */
export class ConfigError extends TypeError {}

Object.defineProperty(ConfigError.prototype, 'name', { value: 'ConfigError' });
