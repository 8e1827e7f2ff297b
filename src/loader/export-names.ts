// The names a TypeScript file exports once it is CommonJS: what an import of it must know before it runs.
import { readFileSync } from 'node:fs'
import { formatOf, isTypeScript } from './format'
import { resolveTypeScript } from './resolve'
import { transform } from './transform'

/** Returns the names that a CommonJS file of TypeScript exports, those of the files it re-exports among them. */
export function exportNames(file: string, seen: ReadonlySet<string> = new Set()): string[] {
  const code = transform(readFileSync(file, 'utf8'), file, 'commonjs')
  const [, block = ''] = /^_export\(exports, \{\n(.*?)\n\}\);$/ms.exec(code) ?? []
  const own = [block.matchAll(getter), code.matchAll(single), code.matchAll(assigned)].flatMap((matches) =>
    [...matches].map(([, name = '']) => name),
  )
  const stars = [...code.matchAll(star)].flatMap(([, specifier = '']) => {
    const target = resolveTypeScript(specifier, file)
    const isNew = target !== undefined && isTypeScript(target) && formatOf(target) === 'commonjs' && !seen.has(target)
    return isNew ? exportNames(target, new Set([...seen, file])) : []
  })
  return [...new Set([...own, ...stars])].filter((name) => name !== '__esModule' && name !== 'default')
}

/** Returns a module that runs a CommonJS file by require() and exports what it exports. */
export function moduleAround(file: string): string {
  const names = exportNames(file)
  return [
    `import { createRequire } from 'node:module'`,
    `const whole = createRequire(${JSON.stringify(file)})(${JSON.stringify(file)})`,
    `export default whole`,
    ...names.map((name, index) => `const _${index} = whole[${JSON.stringify(name)}]; export { _${index} as ${name} }`),
  ].join('\n')
}

// As swc and typescript write them.
const getter = /^ {4}get ([\w$]+) ?\(\) ?\{$/gm
const single = /^Object\.defineProperty\(exports, "([\w$]+)", \{/gm
const assigned = /^(?:exports\.[\w$]+ = )*?exports\.([\w$]+) = /gm
const star = /^(?:_export_star|__exportStar)\(require\(["']([^"'\n]+)["']\), exports\);$/gm
