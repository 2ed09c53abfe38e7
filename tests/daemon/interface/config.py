"""config and config/*."""
from interface.values import one, plain

REQUESTS = [
    *plain("config", "config?arg=Gateway", "config?arg=Gateway.NoFetch",
           "config?arg=Identity.PeerID",
           "config?arg=Identity.PrivKey", "config?arg=Identity", "config?arg=None.Such",
           "config?arg=",
           "config?arg=.", "config?arg=gateway.nofetch", "config?arg=Own.Text&arg=value",
           "config?arg=Own.Text", "config?arg=Own.Flag&arg=true&bool=true", "config?arg=Own.Flag",
           "config?arg=Own.Flag&arg=maybe&bool=true", "config?arg=Own.List&arg=[1,2]&json=true",
           "config?arg=Own.List", "config?arg=Own.Bad&arg={&json=true", "config?arg=Own",
           "config?arg=Own.Text.Deeper&arg=x", "config?arg=Bootstrap&arg=x",
           "config?arg=Identity.PrivKey&arg=x", "config?arg=Gateway.NoFetch&arg=true&bool=true",
           "config?arg=Gateway.NoFetch", "config?encoding=text&arg=Own.Text",
           "config/profile/apply", "config/profile/apply?arg=nonsense", "config/replace",
           "config/edit", "config/nonsense"),
    ("config/replace", one(b"nonsense"), "no JSON"),
    ("config/replace", one(b"[]"), "a list"),
]
WHY = "ours says why"
EXEMPT = {"config?arg=Own.Bad&arg={&json=true": WHY, "no JSON": WHY, "a list": WHY}
