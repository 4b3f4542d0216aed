interface File {
  readonly path: string;
}
export const LONGEST: readonly string[];
// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default class LongestFirst {
  sort(tests: readonly File[]): readonly File[];
}
