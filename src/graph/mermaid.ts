// A history as text that Mermaid draws: newest on top, dependencies dotted.

/** Node is what a picture says of one revision. */
export interface Node {
  readonly revision: string
  readonly parents: readonly string[]
  /** Ids or labels. */
  readonly dependsOn: readonly string[]
  readonly labels: readonly string[]
  readonly message: string
  readonly head: boolean
  readonly current?: boolean
}

/** Writes the revisions as a Mermaid flowchart; lines that lead out of the picture are left out. */
export function mermaid(nodes: readonly Node[]): string {
  const names = new Map(
    nodes.flatMap(({ revision, labels }, at) => [revision, ...labels].map((name) => [name, `r${at}`])),
  )
  const edges = (node: Node, from: readonly string[], arrow: string) =>
    from.flatMap((name) => (names.has(name) ? [`  ${names.get(name)} ${arrow} ${names.get(node.revision)}`] : []))
  const marked = (name: string, test: (node: Node) => boolean) => {
    const ids = nodes.filter(test).map(({ revision }) => names.get(revision))
    return ids.length === 0 ? [] : [`  class ${ids.join(',')} ${name}`]
  }
  return [
    'flowchart BT',
    ...nodes.map((node) => `  ${names.get(node.revision)}["${text(node)}"]`),
    ...nodes.flatMap((node) => [...edges(node, node.parents, '-->'), ...edges(node, node.dependsOn, '-.->')]),
    '  classDef head stroke-width:3px',
    '  classDef current fill:#cfc',
    ...marked('head', ({ head }) => head),
    ...marked('current', ({ current }) => current === true),
  ].join('\n')
}

function text({ revision, labels, message }: Node): string {
  const said = message.split('\n', 1)[0] ?? ''
  const marked = labels.length === 0 ? '' : ` (${labels.join(', ')})`
  return [`${revision}${marked}`, said]
    .filter((part) => part !== '')
    .map((part) => part.replace(/[#"<>]/g, (sign) => `#${sign.charCodeAt(0)};`))
    .join('<br>')
}
