// What esbuild makes of imports that aren't JavaScript: see build.js.
declare module "*.wasm" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
declare module "*.css" {}
/** A worker as the text of its whole script. */
declare module "worker:*" {
  const script: string;
  export default script;
}
