"""temporary"""
import networkx as nx, numpy as np
def complete(inputs=2,hidden=5,outputs=1,bias=True,scale=.2,seed=0):
    g=nx.DiGraph()
    for i in range(inputs): g.add_node(f"x{i}",role="input")
    if bias is True: g.add_node("bias",role="bias")
    kw = {"bias":0.0} if bias=="neurons" else {}
    for i in range(hidden): g.add_node(f"h{i}",**kw)
    for i in range(outputs): g.add_node(f"y{i}",role="output",**kw)
    rng=np.random.default_rng(seed)
    fr=[n for n in g if n[0] in 'hy']
    for u in list(g):
        for v in fr:
            if u!=v: g.add_edge(u,v,weight=rng.normal(0,scale))
    return g
