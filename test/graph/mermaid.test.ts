import { mermaid } from '../../src/graph/mermaid'

const node = (revision: string, parents: string[], more = {}) => ({
  revision,
  parents,
  dependsOn: [],
  labels: [],
  message: '',
  head: false,
  ...more,
})

test('a history is drawn with parents, dependencies by label, heads and where the database is', () => {
  const nodes = [
    node('c', ['a'], { head: true, dependsOn: ['blue'] }),
    node('b', ['a'], { head: true, labels: ['blue'], message: 'say "hi"\nand more' }),
    node('a', ['gone'], { current: true }),
  ]
  expect(mermaid(nodes)).toMatchInlineSnapshot(`
   "flowchart BT
     r0["c"]
     r1["b (blue)<br>say #34;hi#34;"]
     r2["a"]
     r2 --> r0
     r1 -.-> r0
     r2 --> r1
     classDef head stroke-width:3px
     classDef current fill:#cfc
     class r0,r1 head
     class r2 current"
  `)
})

test('nothing is an empty picture', () => {
  expect(mermaid([]).split('\n')[0]).toBe('flowchart BT')
})
