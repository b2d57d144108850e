/** YAML, loaded only when it is asked for. */
export { stringify as toYaml } from 'yaml';
