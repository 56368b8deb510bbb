graph
[
  Creator "Gephi"
  directed 1
  node
  [
    id 0
    label "Left"
    graphics
    [
      x -87.93
      y 6.81
      z 0.0
      w 10.0
      h 10.0
      d 10.0
      fill "#f55b5b"
    ]
  ]
  node
  [
    id 1
    label "Right"
  ]
  edge
  [
    id 0
    source 0
    target 1
    value 17.0
    fill "#999999"
  ]
]
