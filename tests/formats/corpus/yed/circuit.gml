Creator	"yFiles"
Version	"2.18"
graph
[
	hierarchic	1
	label	""
	directed	1
	node
	[
		id	0
		label	"ASEL"
		graphics
		[
			x	27.5
			y	-15.0
			w	30.0
			h	30.0
			type	"rectangle"
			fill	"#FFCC00"
		]
		LabelGraphics
		[
			text	"ASEL"
			fontSize	12
		]
	]
	node
	[
		id	1
		label	"RMEL"
		graphics
		[
			x	127.5
			y	-15.0
		]
	]
	edge
	[
		source	0
		target	1
		label	"4"
		weight	4.0
		graphics
		[
			fill	"#000000"
			targetArrow	"standard"
		]
	]
]
