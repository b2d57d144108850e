/** Set by the build from package.json; the sources run by themselves (in tests) report `0.0.0-dev`. */
declare const __CONVIRZA_VERSION__: string | undefined;

export const VERSION = typeof __CONVIRZA_VERSION__ === 'string' ? __CONVIRZA_VERSION__ : '0.0.0-dev';
