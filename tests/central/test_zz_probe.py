import pytest, httpx
from collections.abc import Iterator
from contextlib import closing
from fastapi.testclient import TestClient
from app.central.api.app import CentralSettings, build_app
from app.central import tokens
from tests.central.floor import *
from tests.central.books import SITE
def test_it(database_url):
    with closing(open_floor(database_url)) as store:
        app = build_app(store, CentralSettings(a_book(), works=False))
        with TestClient(app, raise_server_exceptions=False) as c:
            c.headers["Authorization"] = f"Bearer {enrol(store,'desk-1')}"
            c.headers["Storehand-Operator"] = CHIEF_BADGE
            n="a\u0000b"
            out=[]
            def t(m,p,j=None,raw=None,h=None):
                r=c.request(m,p,json=j,content=raw,headers=h or ({"Content-Type":"application/json"} if raw else None)); out.append((r.status_code,m,p,j or raw, r.text[:150] if r.status_code>=500 else ''))
            t("POST","/v1/tours",{"cart":n}); t("POST","/v1/counts",{"location":n,"sku":n,"quantity":1})
            t("POST","/v1/barcodes",{"code":n,"sku":"X"}); t("POST","/v1/totes/a%00b/free",{"reason":n})
            t("POST","/v1/totes/T-1/free",{"reason":n}); t("GET","/v1/items/a%00b/stock")
            t("POST","/v1/exceptions/a%00/take",{"version":1}); t("POST","/v1/exceptions/e/take",{"version":2**70})
            t("POST","/v1/manifests",{"carrier":n}); t("GET","/v1/manifests/a%00.pdf"); t("POST","/v1/parcels/a%00/reopen",{})
            t("POST","/v1/parcels/a%00/reprint",{"reason":"x"}); t("GET","/v1/parcels/a%00/label.pdf"); t("POST","/v1/tours/%00/take-away")
            t("POST","/v1/stations/enrol",{"code":"a\0b.AAAA","name":"p1"}); t("POST","/v1/stations/enrol",{"code":"site-1.AAA\0","name":"p1"})
            t("GET","/v1/changes?incarnation=%00&after=0")
            t("POST","/v1/counts",None,raw=b'{"location":"\\ud800","sku":"X","quantity":1}')
            t("POST","/v1/tours",None,raw=b'{"cart":"\\ud800"}')
            t("GET","/v1/items/X/stock",h={"Storehand-Operator":b"\xff\x00".decode("latin1").replace("\0","")})
            o=enrol(store,'desk-2'); 
            tok=store.write(SITE, lambda tx: tokens.issue(tx,tokens.SHOP,"s")); c.headers["Authorization"]=f"Bearer {tok}"
            from tests.central.books import an_order
            b=an_order("9",("X",1)).model_dump(mode="json")
            import json
            raw=json.dumps({**b,"ship_to":{**b["ship_to"],"name":"\ud800"}}).encode()
            t("POST","/v1/orders",None,raw=raw)
            t("POST","/v1/orders",{**b,"lines":[{"number":i+1,"sku":"X","quantity":1} for i in range(2000)]})
            t("POST","/v1/orders",{**b,"ship_by":"2020-01-01T00:00:00Z"})
            t("POST","/v1/orders",{**b,"number":"10","ship_to":{**b["ship_to"],"name":"Zoë ‮ 王小明 🎁"}})
            t("POST","/v1/orders",{**b,"number":"11","lines":[{"number":1,"sku":"X","quantity":1,"variant":{"a":"b","a ":"c"}}]})
            t("POST","/v1/orders/9/cancel")
            for x in out: print(x)
