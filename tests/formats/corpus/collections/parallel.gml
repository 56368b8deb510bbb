Creator "a collection of networks"
graph
[
  directed 1
  node
  [
    id 0
    label "1"
  ]
  node
  [
    id 1
    label "51"
  ]
  edge
  [
    source 0
    target 1
    value 1
  ]
  edge
  [
    source 0
    target 1
    value 3
  ]
]
