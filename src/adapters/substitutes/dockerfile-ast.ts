/**
 * Takes the place of `dockerfile-ast` in bundles: E2B's SDK brings it to read Dockerfiles for templates, which functions
 * never build.
 */
export const DockerfileParser = {
  parse(): never {
    throw new Error('Functions build no templates: run `npm run template` instead.')
  },
}
export const Argument = undefined
