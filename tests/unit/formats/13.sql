BEGIN TRANSACTION;
CREATE TABLE aliases (
        seq INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        module TEXT NOT NULL
    );
CREATE TABLE blob_debris (
        store TEXT NOT NULL,
        object TEXT NOT NULL,
        PRIMARY KEY (store, object)
    ) WITHOUT ROWID
    ;
CREATE TABLE blob_stores (
        url TEXT PRIMARY KEY NOT NULL,
        id TEXT NOT NULL
    ) WITHOUT ROWID
    ;
INSERT INTO "blob_stores" VALUES('','fd998d901b4748ae860d4a664819a3be');
CREATE TABLE blobs (
        store TEXT NOT NULL,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        bucket TEXT NOT NULL,
        key TEXT NOT NULL,
        object TEXT NOT NULL,
        size INTEGER NOT NULL,
        hash TEXT NOT NULL,
        content_type TEXT NOT NULL,
        text INTEGER NOT NULL,
        metadata TEXT NOT NULL,
        modified REAL NOT NULL,
        author TEXT NOT NULL,
        PRIMARY KEY (store, tenant, namespace, bucket, key)
    ) WITHOUT ROWID
    ;
CREATE TABLE bytecode (
        module TEXT NOT NULL,
        interpreter TEXT NOT NULL,
        code TEXT NOT NULL,
        PRIMARY KEY (module, interpreter)
    );
INSERT INTO "bytecode" VALUES('4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa','371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36','KQPzBAAAACsODQraBFRpbGzbAQAAACkF2gVhY3RvctoHdGlsbC5weeFpAgAACmZyb20gcGxleHNwYWNlcyBpbXBvcnQgR2VuU2VydmVyLCBkdXJhYmlsaXR5LCBtZXNzYWdpbmcKCgpjbGFzcyBUaWxsKEdlblNlcnZlcik6CiAgICBkZWYgaW5pdChzZWxmLCBzdGF0ZSk6CiAgICAgICAgc2VsZi5jb3VudCA9IGludChzdGF0ZSBvciAwKQoKICAgIGRlZiBoYW5kbGVfcmVxdWVzdChzZWxmLCBmcm9tX2FjdG9yLCBtZXNzYWdlX3R5cGUsIHBheWxvYWQpOgogICAgICAgIHNlbGYuY291bnQgKz0gMQogICAgICAgIGlmIG1lc3NhZ2VfdHlwZSA9PSAicGVyc2lzdCI6CiAgICAgICAgICAgIGR1cmFiaWxpdHkucGVyc2lzdCgibm90ZWQiLCBwYXlsb2FkKQogICAgICAgIGVsaWYgbWVzc2FnZV90eXBlID09ICJvbmNlIjoKICAgICAgICAgICAgcmV0dXJuIGR1cmFiaWxpdHkuc2lkZV9lZmZlY3QoImtleSIsIHBheWxvYWQpCiAgICAgICAgZWxpZiBtZXNzYWdlX3R5cGUgPT0gImxhdGVyIjoKICAgICAgICAgICAgbWVzc2FnaW5nLnNlbmRfYWZ0ZXIoM18xNTVfNzYwXzAwMF8wMDAsICJkdWUiLCBwYXlsb2FkKQogICAgICAgIHJldHVybiBzdHIoc2VsZi5jb3VudCkKCiAgICBkZWYgc25hcHNob3Rfc3RhdGUoc2VsZik6CiAgICAgICAgcmV0dXJuIHN0cihzZWxmLmNvdW50KQrjAAAAAAAAAAAAAAAABQAAAAAAAADzMAAAAIAAXgBSAUkASAF0AUgCdAJIA3QDHwAVACEAUgIXAFIDXQE0AwAAAAAAAHQEUgQjACkF6QAAAAApA9oJR2VuU2VydmVy2gpkdXJhYmlsaXR52gltZXNzYWdpbmdjAAAAAAAAAAAAAAAAAQAAAAAAAADzMgAAAGEAgABdAHQBUgB0Al4FdAMWAG8AUgEXAHQEUgIXAHQFUgMXAHQGUgR0B1YAdAhSBSMAKQZyAQAAAOMCAAAAAAAAAAAAAAAEAAAAAwAACPM6AAAAgABcAQAAAAAAAAAAVAE7AScAAAAAAAAAZwMAABwAHwBeADQBAAAAAAAAVgBuAQAAAAAAAAAAUgEjACkCcggAAABOKQLaA2ludNoFY291bnQpAtoEc2VsZtoFc3RhdGVzAgAAACYmcgQAAADaBGluaXTaCVRpbGwuaW5pdAYAAABzEwAAAIAA3BUYmBWfGpgaoCGTX4gEjgrzAAAAAOMEAAAAAAAAAAAAAAAFAAAAAwAACPMWAQAAgABWADsBUAAAAAAAAAAAAAAAAAAAAAAAAABeASwNAAAAAAAAAAAAAHUCbgAAAAAAAAAAAFYCUgE4WAAAZBkAABwAXAIAAAAAAAAAAFAEAAAAAAAAAAAAAAAAAAAAAAAAIQBSAlYDNAIAAAAAAAAfAE09VgJSAzhYAABkGAAAHABcAgAAAAAAAAAAUAYAAAAAAAAAAAAAAAAAAAAAAAAhAFIEVgM0AgAAAAAAACMAVgJSBThYAABkGQAAHABcCAAAAAAAAAAAUAoAAAAAAAAAAAAAAAAAAAAAAAAhAFIGUgdWAzQDAAAAAAAAHwBcDQAAAAAAAAAAVgBQAAAAAAAAAAAAAAAAAAAAAAAAADQBAAAAAAAAIwApCOkBAAAA2gdwZXJzaXN02gVub3RlZNoEb25jZdoDa2V52gVsYXRlcmwDAAAAACzoA3sL2gNkdWUpB3IQAAAAcgoAAAByGQAAANoLc2lkZV9lZmZlY3RyCwAAANoKc2VuZF9hZnRlctoDc3RyKQRyEQAAANoKZnJvbV9hY3RvctoMbWVzc2FnZV90eXBl2gdwYXlsb2FkcwQAAAAmJiYmcgQAAADaDmhhbmRsZV9yZXF1ZXN02hNUaWxsLmhhbmRsZV9yZXF1ZXN0CQAAAHNrAAAAgADYCAyPCooKkGGND40K2AsXmDnUCyTcDBbXDB7SDB6Yd6gH1Qww2A0ZmFbUDSPcEx3XEynSEymoJbAX0xM50Aw52A0ZmFfUDSTcDBXXDCDSDCDQITKwRbg31AxD3A8SkDSXOpE6i3/QCB5yFQAAAOMBAAAAAAAAAAAAAAADAAAAAwAACPMsAAAAgABcAQAAAAAAAAAAVgBQAgAAAAAAAAAAAAAAAAAAAAAAADQBAAAAAAAAIwApAU4pAnIhAAAAchAAAAApAXIRAAAAcwEAAAAmcgQAAADaDnNuYXBzaG90X3N0YXRl2hNUaWxsLnNuYXBzaG90X3N0YXRlEwAAAHMQAAAAgADcDxKQNJc6kTqLf9AIHnIVAAAAqQFyEAAAAE4pCdoIX19uYW1lX1/aCl9fbW9kdWxlX1/aDF9fcXVhbG5hbWVfX9oPX19maXJzdGxpbmVub19fchMAAAByJQAAAHIpAAAA2hVfX3N0YXRpY19hdHRyaWJ1dGVzX1/aEV9fY2xhc3NkaWN0Y2VsbF9fKQHaDV9fY2xhc3NkaWN0X19zAQAAAEByBAAAAHIBAAAAcgEAAAAFAAAAcxkAAAD4hwCAAPICAQUl8gYIBR/3FAEFH/AAAQUfchUAAAByAQAAAE4pBdoKcGxleHNwYWNlc3IJAAAAcgoAAAByCwAAAHIBAAAAqQByFQAAAHIEAAAA2gg8bW9kdWxlPnI1AAAAAQAAAHMXAAAA8AMBAQHnADfRADf0Bg8BH4g59gAPAR9yFQAAAEY=');
INSERT INTO "bytecode" VALUES('4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa','004dc7d8309cd3bd27ef6a4f0bf2d47ef6da6aeec94f8cada4e7a4a0a3af4a12','KQPzBAAAACsODQraBFRpbGzbAQAAACkF2gVhY3RvctoHdGlsbC5weeFpAgAACmZyb20gcGxleHNwYWNlcyBpbXBvcnQgR2VuU2VydmVyLCBkdXJhYmlsaXR5LCBtZXNzYWdpbmcKCgpjbGFzcyBUaWxsKEdlblNlcnZlcik6CiAgICBkZWYgaW5pdChzZWxmLCBzdGF0ZSk6CiAgICAgICAgc2VsZi5jb3VudCA9IGludChzdGF0ZSBvciAwKQoKICAgIGRlZiBoYW5kbGVfcmVxdWVzdChzZWxmLCBmcm9tX2FjdG9yLCBtZXNzYWdlX3R5cGUsIHBheWxvYWQpOgogICAgICAgIHNlbGYuY291bnQgKz0gMQogICAgICAgIGlmIG1lc3NhZ2VfdHlwZSA9PSAicGVyc2lzdCI6CiAgICAgICAgICAgIGR1cmFiaWxpdHkucGVyc2lzdCgibm90ZWQiLCBwYXlsb2FkKQogICAgICAgIGVsaWYgbWVzc2FnZV90eXBlID09ICJvbmNlIjoKICAgICAgICAgICAgcmV0dXJuIGR1cmFiaWxpdHkuc2lkZV9lZmZlY3QoImtleSIsIHBheWxvYWQpCiAgICAgICAgZWxpZiBtZXNzYWdlX3R5cGUgPT0gImxhdGVyIjoKICAgICAgICAgICAgbWVzc2FnaW5nLnNlbmRfYWZ0ZXIoM18xNTVfNzYwXzAwMF8wMDAsICJkdWUiLCBwYXlsb2FkKQogICAgICAgIHJldHVybiBzdHIoc2VsZi5jb3VudCkKCiAgICBkZWYgc25hcHNob3Rfc3RhdGUoc2VsZik6CiAgICAgICAgcmV0dXJuIHN0cihzZWxmLmNvdW50KQrjAAAAAAAAAAAAAAAABQAAAAAAAADzMAAAAIAAXgBSAUkASAF0AUgCdAJIA3QDHwAVACEAUgIXAFIDXQE0AwAAAAAAAHQEUgQjACkF6QAAAAApA9oJR2VuU2VydmVy2gpkdXJhYmlsaXR52gltZXNzYWdpbmdjAAAAAAAAAAAAAAAAAQAAAAAAAADzMgAAAGEAgABdAHQBUgB0Al4FdAMWAG8AUgEXAHQEUgIXAHQFUgMXAHQGUgR0B1YAdAhSBSMAKQZyAQAAAOMCAAAAAAAAAAAAAAAEAAAAAwAACPM6AAAAgABcAQAAAAAAAAAAVAE7AScAAAAAAAAAZwMAABwAHwBeADQBAAAAAAAAVgBuAQAAAAAAAAAAUgEjACkCcggAAABOKQLaA2ludNoFY291bnQpAtoEc2VsZtoFc3RhdGVzAgAAACYmcgQAAADaBGluaXTaCVRpbGwuaW5pdAYAAABzEwAAAIAA3BUYmBWfGpgaoCGTX4gEjgrzAAAAAOMEAAAAAAAAAAAAAAAFAAAAAwAACPMWAQAAgABWADsBUAAAAAAAAAAAAAAAAAAAAAAAAABeASwNAAAAAAAAAAAAAHUCbgAAAAAAAAAAAFYCUgE4WAAAZBkAABwAXAIAAAAAAAAAAFAEAAAAAAAAAAAAAAAAAAAAAAAAIQBSAlYDNAIAAAAAAAAfAE09VgJSAzhYAABkGAAAHABcAgAAAAAAAAAAUAYAAAAAAAAAAAAAAAAAAAAAAAAhAFIEVgM0AgAAAAAAACMAVgJSBThYAABkGQAAHABcCAAAAAAAAAAAUAoAAAAAAAAAAAAAAAAAAAAAAAAhAFIGUgdWAzQDAAAAAAAAHwBcDQAAAAAAAAAAVgBQAAAAAAAAAAAAAAAAAAAAAAAAADQBAAAAAAAAIwApCOkBAAAA2gdwZXJzaXN02gVub3RlZNoEb25jZdoDa2V52gVsYXRlcmwDAAAAACzoA3sL2gNkdWUpB3IQAAAAcgoAAAByGQAAANoLc2lkZV9lZmZlY3RyCwAAANoKc2VuZF9hZnRlctoDc3RyKQRyEQAAANoKZnJvbV9hY3RvctoMbWVzc2FnZV90eXBl2gdwYXlsb2FkcwQAAAAmJiYmcgQAAADaDmhhbmRsZV9yZXF1ZXN02hNUaWxsLmhhbmRsZV9yZXF1ZXN0CQAAAHNrAAAAgADYCAyPCooKkGGND40K2AsXmDnUCyTcDBbXDB7SDB6Yd6gH1Qww2A0ZmFbUDSPcEx3XEynSEymoJbAX0xM50Aw52A0ZmFfUDSTcDBXXDCDSDCDQITKwRbg31AxD3A8SkDSXOpE6i3/QCB5yFQAAAOMBAAAAAAAAAAAAAAADAAAAAwAACPMsAAAAgABcAQAAAAAAAAAAVgBQAgAAAAAAAAAAAAAAAAAAAAAAADQBAAAAAAAAIwApAU4pAnIhAAAAchAAAAApAXIRAAAAcwEAAAAmcgQAAADaDnNuYXBzaG90X3N0YXRl2hNUaWxsLnNuYXBzaG90X3N0YXRlEwAAAHMQAAAAgADcDxKQNJc6kTqLf9AIHnIVAAAAqQFyEAAAAE4pCdoIX19uYW1lX1/aCl9fbW9kdWxlX1/aDF9fcXVhbG5hbWVfX9oPX19maXJzdGxpbmVub19fchMAAAByJQAAAHIpAAAA2hVfX3N0YXRpY19hdHRyaWJ1dGVzX1/aEV9fY2xhc3NkaWN0Y2VsbF9fKQHaDV9fY2xhc3NkaWN0X19zAQAAAEByBAAAAHIBAAAAcgEAAAAFAAAAcxkAAAD4hwCAAPICAQUl8gYIBR/3FAEFH/AAAQUfchUAAAByAQAAAE4pBdoKcGxleHNwYWNlc3IJAAAAcgoAAAByCwAAAHIBAAAAqQByFQAAAHIEAAAA2gg8bW9kdWxlPnI1AAAAAQAAAHMXAAAA8AMBAQHnADfRADf0Bg8BH4g59gAPAR9yFQAAAEY=');
CREATE TABLE journal (
        actor INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        line TEXT NOT NULL,
        crc INTEGER NOT NULL
    );
INSERT INTO "journal" VALUES(1,1,'{"actor":["default","default","till"],"seq":1,"operation":"init","outcome":"reply","started":1795720881.6848366,"figures":[41720,25559040,111534],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36","birth":{"reason":"spawn","state":"","profile":"balanced","grants":["logging","messaging","tuplespace","keyvalue","channels","process-groups","durability","clocks","random"],"limits":{"memory_bytes":50331648,"fuel":50000000000,"time_ms":5000,"stack_bytes":524288,"table_elements":10000,"mailbox":10000,"wait_ms":30000,"text_bytes":8388608,"binary_bytes":1048576,"lifetime_fuel":0},"parent":"","replayed_after":0}}',704225398);
INSERT INTO "journal" VALUES(1,2,'{"actor":["default","default","till"],"seq":2,"operation":"message","outcome":"reply","started":1795720881.6949716,"figures":[108023,25559040,484894],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"1","kind":"call","type":"persist","time":1795720881.6948848,"payload":"a"},"interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36","reply":"1","calls":[["durability","persist",["noted","a"],1]]}',2566780383);
INSERT INTO "journal" VALUES(1,3,'{"actor":["default","default","till"],"seq":3,"operation":"message","outcome":"reply","started":1795720881.6987984,"figures":[79781,25559040,287459],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"2","kind":"call","type":"persist","time":1795720881.698653,"payload":"b"},"interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36","reply":"2","calls":[["durability","persist",["noted","b"],2]]}',3910523085);
INSERT INTO "journal" VALUES(1,4,'{"actor":["default","default","till"],"seq":4,"operation":"message","outcome":"reply","started":1795720881.6999032,"figures":[77229,25559040,543934],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"3","kind":"call","type":"once","time":1795720881.6998315,"payload":"chosen"},"interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36","reply":"chosen","calls":[["durability","side-effect",["key","chosen"],"chosen"]]}',1701696442);
INSERT INTO "journal" VALUES(1,5,'{"actor":["default","default","till"],"seq":5,"operation":"message","outcome":"reply","started":1795720881.701823,"figures":[96787,25559040,354664],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"4","kind":"call","type":"later","time":1795720881.7017488,"payload":"x"},"interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36","reply":"4","calls":[["messaging","send-after",[3155760000000,"due","x"],218234517470065]]}',1202227288);
INSERT INTO "journal" VALUES(1,6,'{"actor":["default","default","till"],"seq":6,"operation":"message","outcome":"reply","started":1795720881.7037475,"figures":[41000,25559040,86923],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"6","kind":"call","type":"count","time":1795720881.7036052,"headers":[["idempotency-key","k"]]},"interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36","reply":"5"}',2603774095);
INSERT INTO "journal" VALUES(1,7,'{"actor":["default","default","till"],"seq":7,"operation":"snapshot-state","outcome":"reply","started":1795720881.7047853,"figures":[67933,25559040,129280],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36","reply":"5"}',1408942917);
INSERT INTO "journal" VALUES(1,8,'{"actor":["default","default","till"],"seq":8,"operation":"message","outcome":"reply","started":1795720881.7061572,"figures":[67121,25559040,192952],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"7","kind":"call","type":"persist","time":1795720881.706077,"payload":"c"},"interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36","reply":"6","calls":[["durability","persist",["noted","c"],3]]}',1600467627);
INSERT INTO "journal" VALUES(2,1,'{"actor":["default","default","clerk"],"seq":1,"operation":"init","outcome":"reply","started":1795720881.7108276,"figures":[41720,25559040,109433],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36","birth":{"reason":"spawn","state":"","profile":"balanced","grants":["logging","messaging","tuplespace","keyvalue","channels","process-groups","durability","clocks","random"],"limits":{"memory_bytes":50331648,"fuel":50000000000,"time_ms":5000,"stack_bytes":524288,"table_elements":10000,"mailbox":10000,"wait_ms":30000,"text_bytes":8388608,"binary_bytes":1048576,"lifetime_fuel":0},"parent":"shop","replayed_after":0}}',2091642048);
INSERT INTO "journal" VALUES(2,2,'{"actor":["default","default","clerk"],"seq":2,"operation":"message","outcome":"reply","started":1795720881.7172952,"figures":[49361,25559040,164798],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"8","kind":"call","type":"count","time":1795720881.7172158},"interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36","reply":"1"}',4175339546);
INSERT INTO "journal" VALUES(2,3,'{"actor":["default","default","clerk"],"seq":3,"operation":"message","outcome":"reply","started":1795720881.7181346,"figures":[44412,25559040,104460],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"9","kind":"call","type":"count","time":1795720881.7180722},"interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36","reply":"2"}',580030356);
INSERT INTO "journal" VALUES(2,4,'{"actor":["default","default","clerk"],"seq":4,"operation":"shutdown","outcome":"reply","started":1795720881.720196,"figures":[22114,25559040,111783],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36"}',3649750228);
INSERT INTO "journal" VALUES(1,9,'{"actor":["default","default","till"],"seq":9,"operation":"shutdown","outcome":"reply","started":1795720881.7228985,"figures":[21861,25559040,132061],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36"}',3308682836);
INSERT INTO "journal" VALUES(2,5,'{"actor":["default","default","clerk"],"seq":5,"operation":"init","outcome":"reply","started":1795733478.2035704,"figures":[42265,25559040,114409],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"004dc7d8309cd3bd27ef6a4f0bf2d47ef6da6aeec94f8cada4e7a4a0a3af4a12","birth":{"reason":"recovery","state":"","profile":"balanced","grants":["logging","messaging","tuplespace","keyvalue","channels","process-groups","durability","clocks","random"],"limits":{"memory_bytes":50331648,"fuel":50000000000,"time_ms":5000,"stack_bytes":524288,"table_elements":10000,"mailbox":10000,"wait_ms":30000,"text_bytes":8388608,"binary_bytes":1048576,"lifetime_fuel":0},"parent":"shop","replayed_after":1}}',3831029230);
INSERT INTO "journal" VALUES(2,6,'{"actor":["default","default","clerk"],"seq":6,"operation":"shutdown","outcome":"reply","started":1795733478.20667,"figures":[22107,25559040,111771],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"004dc7d8309cd3bd27ef6a4f0bf2d47ef6da6aeec94f8cada4e7a4a0a3af4a12"}',3876649872);
INSERT INTO "journal" VALUES(1,10,'{"actor":["default","default","till"],"seq":10,"operation":"init","outcome":"reply","started":1795733478.1968184,"figures":[42828,25559040,136450],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"004dc7d8309cd3bd27ef6a4f0bf2d47ef6da6aeec94f8cada4e7a4a0a3af4a12","birth":{"reason":"recovery","state":"5","profile":"balanced","grants":["logging","messaging","tuplespace","keyvalue","channels","process-groups","durability","clocks","random"],"limits":{"memory_bytes":50331648,"fuel":50000000000,"time_ms":5000,"stack_bytes":524288,"table_elements":10000,"mailbox":10000,"wait_ms":30000,"text_bytes":8388608,"binary_bytes":1048576,"lifetime_fuel":0},"parent":"","replayed_after":7}}',2589378078);
INSERT INTO "journal" VALUES(1,11,'{"actor":["default","default","till"],"seq":11,"operation":"shutdown","outcome":"reply","started":1795733478.2096636,"figures":[22107,25559040,100561],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"004dc7d8309cd3bd27ef6a4f0bf2d47ef6da6aeec94f8cada4e7a4a0a3af4a12"}',617546818);
CREATE TABLE journal_actors (
        number INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        module TEXT NOT NULL,
        birth TEXT,
        runs INTEGER NOT NULL,
        quarantined INTEGER NOT NULL, crc INTEGER, first INTEGER NOT NULL DEFAULT 0, first_event INTEGER NOT NULL DEFAULT 0, last INTEGER NOT NULL DEFAULT 0, last_event INTEGER NOT NULL DEFAULT 0, checkpoint INTEGER NOT NULL DEFAULT 0,
        UNIQUE (tenant, namespace, name)
    );
INSERT INTO "journal_actors" VALUES(1,'default','default','till','4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa','{"actor":["default","default","till"],"seq":10,"operation":"init","outcome":"reply","started":1795733478.1968184,"figures":[42828,25559040,136450],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"004dc7d8309cd3bd27ef6a4f0bf2d47ef6da6aeec94f8cada4e7a4a0a3af4a12","birth":{"reason":"recovery","state":"5","profile":"balanced","grants":["logging","messaging","tuplespace","keyvalue","channels","process-groups","durability","clocks","random"],"limits":{"memory_bytes":50331648,"fuel":50000000000,"time_ms":5000,"stack_bytes":524288,"table_elements":10000,"mailbox":10000,"wait_ms":30000,"text_bytes":8388608,"binary_bytes":1048576,"lifetime_fuel":0},"parent":"","replayed_after":7}}',1,0,240144480,1,1,11,3,7);
INSERT INTO "journal_actors" VALUES(2,'default','default','clerk','4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa','{"actor":["default","default","clerk"],"seq":5,"operation":"init","outcome":"reply","started":1795733478.2035704,"figures":[42265,25559040,114409],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","interpreter":"004dc7d8309cd3bd27ef6a4f0bf2d47ef6da6aeec94f8cada4e7a4a0a3af4a12","birth":{"reason":"recovery","state":"","profile":"balanced","grants":["logging","messaging","tuplespace","keyvalue","channels","process-groups","durability","clocks","random"],"limits":{"memory_bytes":50331648,"fuel":50000000000,"time_ms":5000,"stack_bytes":524288,"table_elements":10000,"mailbox":10000,"wait_ms":30000,"text_bytes":8388608,"binary_bytes":1048576,"lifetime_fuel":0},"parent":"shop","replayed_after":1}}',2,0,849494280,1,1,6,0,0);
CREATE TABLE journal_checkpoints (
        actor INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL,
        events INTEGER NOT NULL,
        state NOT NULL,
        fsm_state TEXT NOT NULL,
        clock_ns INTEGER NOT NULL,
        drawn INTEGER NOT NULL,
        taken REAL NOT NULL,
        crc INTEGER NOT NULL
    , whole INTEGER);
INSERT INTO "journal_checkpoints" VALUES(1,7,2,'5','',0,0,1.79572088170497131355e+09,2546702241,2291836102);
CREATE TABLE journal_effects (
        actor INTEGER NOT NULL,
        key TEXT NOT NULL,
        value NOT NULL, crc INTEGER,
        PRIMARY KEY (actor, key)
    ) WITHOUT ROWID
    ;
INSERT INTO "journal_effects" VALUES(1,'key','chosen',3152031617);
CREATE TABLE journal_events (
        actor INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        type TEXT NOT NULL,
        payload NOT NULL,
        recorded REAL NOT NULL, crc INTEGER,
        PRIMARY KEY (actor, sequence)
    ) WITHOUT ROWID
    ;
INSERT INTO "journal_events" VALUES(1,1,'noted','a',1.79572088169537091252e+09,946621593);
INSERT INTO "journal_events" VALUES(1,2,'noted','b',1.7957208816990213394e+09,3021880886);
INSERT INTO "journal_events" VALUES(1,3,'noted','c',1.79572088170627641679e+09,2654734211);
CREATE TABLE journal_parts (
        actor INTEGER NOT NULL,
        position INTEGER NOT NULL,
        post INTEGER NOT NULL,
        line TEXT NOT NULL, crc INTEGER,
        PRIMARY KEY (actor, position)
    ) WITHOUT ROWID
    ;
CREATE TABLE journal_posts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        actor INTEGER NOT NULL,
        line TEXT NOT NULL
    , crc INTEGER);
CREATE TABLE journal_quarantine (
        actor INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        line NOT NULL,
        crc INTEGER NOT NULL,
        what TEXT NOT NULL
    , origin TEXT NOT NULL DEFAULT 'journal', whole INTEGER);
CREATE TABLE journal_replies (
        actor INTEGER NOT NULL,
        key TEXT NOT NULL,
        line TEXT NOT NULL,
        expires REAL NOT NULL, crc INTEGER,
        PRIMARY KEY (actor, key)
    ) WITHOUT ROWID
    ;
INSERT INTO "journal_replies" VALUES(1,'k','{"actor":["default","default","till"],"seq":6,"operation":"message","outcome":"reply","started":1795720881.7037475,"figures":[41000,25559040,86923],"module":"4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa","envelope":{"id":"6","kind":"call","type":"count","time":1795720881.7036052,"headers":[["idempotency-key","k"]]},"interpreter":"371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36","reply":"5"}',1.7958072817041885853e+09,3335106290);
CREATE TABLE journal_timers (
        actor INTEGER NOT NULL,
        number INTEGER NOT NULL,
        due REAL NOT NULL,
        line TEXT NOT NULL, crc INTEGER,
        PRIMARY KEY (actor, number)
    ) WITHOUT ROWID
    ;
INSERT INTO "journal_timers" VALUES(1,218234517470065,2.11108088170211529734e+09,'{"id":"5","kind":"info","type":"due","time":1795720881.7020664,"payload":"x","sender":"till@local","correlation":"4"}',3106978660);
CREATE TABLE keyvalue (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        key TEXT NOT NULL,
        value NOT NULL,
        version INTEGER NOT NULL,
        changed REAL NOT NULL,
        expires REAL,
        author TEXT NOT NULL,
        PRIMARY KEY (tenant, namespace, key)
    ) WITHOUT ROWID
    ;
INSERT INTO "keyvalue" VALUES('default','default','kept','value',1,1.79572085969156932825e+09,NULL,'');
CREATE TABLE lock_versions (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        newest INTEGER NOT NULL,
        PRIMARY KEY (tenant, namespace)
    ) WITHOUT ROWID
    ;
CREATE TABLE locks (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        holder TEXT NOT NULL,
        outside INTEGER NOT NULL,
        version INTEGER NOT NULL,
        since REAL NOT NULL,
        expires REAL NOT NULL,
        PRIMARY KEY (tenant, namespace, name)
    ) WITHOUT ROWID
    ;
CREATE TABLE modules (
        hash TEXT PRIMARY KEY,
        format TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        file_name TEXT NOT NULL,
        deployed REAL NOT NULL,
        info TEXT NOT NULL
    );
INSERT INTO "modules" VALUES('4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa','python',617,'till.py',1.79572088168259930609e+09,'{"hash": "4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa", "format": "python", "size_bytes": 617, "file_name": "till.py", "behaviors": ["gen_server"], "imports": ["durability", "messaging"], "requires": ["durability", "messaging"], "aliases": [], "deployed": 1795720881.6825993, "memory_bytes": 25559040, "class_name": "Till", "documentation": "", "interpreter": "371c7f70f4d4dcf1dc711bd6648c4a34c092073ffb4beb28c5d155d5ca18eb36", "carries_state": true, "warnings": [], "compiled": true}');
CREATE TABLE queued (
        seq INTEGER PRIMARY KEY,
        queue INTEGER NOT NULL,
        visible REAL NOT NULL,
        expires REAL,
        attempts INTEGER NOT NULL,
        origin TEXT NOT NULL,
        reason TEXT NOT NULL,
        died REAL,
        type TEXT NOT NULL,
        payload NOT NULL,
        headers TEXT NOT NULL,
        sent REAL NOT NULL,
        sender TEXT NOT NULL,
        size INTEGER NOT NULL
    );
CREATE TABLE queues (
        number INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        visibility_ms INTEGER NOT NULL,
        max_attempts INTEGER NOT NULL,
        max_length INTEGER NOT NULL,
        dead_letter_queue TEXT NOT NULL,
        created REAL NOT NULL,
        UNIQUE (tenant, namespace, name)
    );
CREATE TABLE recorded_changes (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (tenant, namespace)
    ) WITHOUT ROWID
    ;
INSERT INTO "recorded_changes" VALUES('default','default',1);
CREATE TABLE recording (
        id INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        turns INTEGER NOT NULL,
        first REAL NOT NULL,
        last REAL NOT NULL,
        size INTEGER NOT NULL,
        raw_size INTEGER NOT NULL,
        pin TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        actors TEXT NOT NULL,
        data BLOB NOT NULL
    , changes INTEGER NOT NULL DEFAULT 0, newest INTEGER NOT NULL DEFAULT 0);
INSERT INTO "recording" VALUES(1,'default','default',13,1.79573347710908627506e+09,1.79573347810908746716e+09,1117,2374,'',1027678860,'["till", "clerk"]',X'785EED564D8CDB4414B6377192DD2E4BA51E382090381121B28D63274EA854951F0991257BA0626FCB6A3C1EEF988CEDD49ED04DA16825D4052D73632A714488C2A1ED4A088440481570E0504E489C90DA0B3FE2EF825444B9209E633B4E413D706F4EE3C97BEFFBDE7BDF7BF6AE76FEA492FE36657D4D15B52199BC80D898C8F5BAA83AC44563C6E5DCA93C2423B8D052A335F5C947BFFDE281777F7BECD2BA502497D9E313E7B844ABBBDAF953DA2C7A5D94B9C718F888B217784990888CD824F5B934FC667370F3EDBEA2ECA9FD830F54459C305B9D9EDBD34DEC3ADD5EB3877A6EDB4666A7E3F65AF0D8B21DABD3216DB7D36C22C3B65C131B4EABDD739B1DDBD05BBA8BA43861583AB65CABE99A8EE9605777B0A5EBB6D3E9985D6C22C3C410A76919AE6B9B36B15B5DDC76F476DB6963A477896D742424B57E1698DA5EC4A93C2BEBA2121114878114357BEC31EE05B114A59847F20D308B47E87420CFC9679233479C485A11D55114BA1E23890B6228C0C491A2B21DA180C710B0CAC2ED6D2FD89662D127718CD2F3121F8F18817838F19B7545D43045414018A0AE405C0C1E8DED281C8FE062C91947C8F698C7270080598887705B012027F4A139A2C23CDF03D0248F659FF86134D9B2279CC412EAAE9444D91D1326F735851F7BE790A872CF275B7E2C07AF1D1187201D3C2CAC6B8A58E1C866648B30E2932495C1E10745D5471EB3C39DF4E134F2F83440730C09911D5EF8EF2A62D9F60234CFE0B022EE629E4BA6B8532A6BCA5854462882F849255712C1A00971B690CB4994FC1D7359A7EADA02204F8B07152FA58262679EEFFF7941555249DDEF56155AA69A507570382ACA188116A137248A3D082254040899E7CEDFF4E83A8732092D318B250CC7ADD52DFCB420E44943C17F0FB40DBACF2895E8EA8CCA27F7F52F583995EFEC7246A505548ED326D5856A17E81F7D4A8F4FD1691B70A945BB62066227200B0548790EE42BAB7FB991835C79BA968254300D63124002AA21695394431060228FF47A96F3D525FAD43C2A74DC734883B82EC1509E1248B0F0DA2B8E05176D8ECB2F17FB47CEE45CA8A765099B90CF0690D018CC460445DB2908FCCCE94641E0D66100A64E23EDF97E4579F8C6E7D71744C9810594447855EE574F1DFBFEE0C52F95824CA520E32F1983FA5BA90C5E3FA96654DA49453A4945341C8EA7FACA6BE157AF53079A7F3714C01F417B033C694CF3578712BA0B2C13CD55C54A1CA0514C43DEC8863D939E7FAFD9DF5CCCD357FE4A31295ECF3C6B73E4F483BE5EC94D3FFE7D213575809C05E41269E0598DFCE673D4BF9D3470228D525A0192EC5E549ADBBD1A66241ADE6EF9FA2F1BB3E53BB97867F9DE59BEFF5ABEA20C321FC13BE7FF6C60FFA787065F7F960EDE955752654FF7AF50BB32DFC0FF9DBE1FAF511D449ECD4A891ECDD7A8FFC7AF83972EA7F196DFCC071996A8507B92B6A83137C2377EA05611A42C6A311D732784B7731E2DB8E7FD81BD91467BEFC36C442BD311CDBF5416E92333EBC76F0EC8B3A9F5B55236A5536BB2FA0F64D7564C',1,1048589);
INSERT INTO "recording" VALUES(2,'default','default',4,1.79573347819681835169e+09,1.79573347820966362949e+09,665,892,'',845192621,'["till", "clerk"]',X'785E4D524D6FD34010759AC40969A982AA02E54B7C377C149CC4756AB8941352D3F4C0810B42D1DADECDACB2B683BD6E9B43A55E40155A4E2C12125710178E9C39F00FB8F20FF809DC182728AD0FEB9DD1BC79EFCDCE61F9C3ABA231F95EEA464395241742776BAAC4232EB52A277424C6FAE993DF3FD7FEAA8FDF7ADB5FB70CE34D616B6E79CE509B76CB7199DBB47D166CB8964B5CB6EE11DB7198DBC2B0E5051DC7A1EBCCB12CD2F63ACCF6DB416BDD6596E3B59BAD26235A6D5A961DF89D60A36DB97ED0F68256873287D8CCF2582BB0F320200EA1D4776DB6E19380D8B4436C820D09B349B3A595A1770E50A9C71309FA403794995092C69156552FE342F228D5AA98CA44BFC75442FD78972663FD5A3F43542A89A45A15D6B5AA8C9298718151D52382443E0DB432070989648A5D2B221E0C7834D0EA5448D3944CEF35998D044D47C4CF71433ADE2522CBAF3E9028A202A917B1AF8F88B5411267234CD4822C211E175C8E91C017B13FC4AC8944411C6A9CBA2978C8913437B310D2304EC67D6F2C69AA71F84651955846857E5B36E4E3CFF3AA227948FB61AA7B474B6A1E0DF9C3E3EAAAA11625F104ED5341439A5BE9D5575525245C78F1FE34D8235C4E1A58191AA2FBF2187F68A8058F47E4A482BAA14E0BCEE8847722A56B64CA1C9104FB6B30D562BE35644C833E619226BA5BC952895ECABEA0C95077CB3007C5E94EBDAB6CF756BE4C77EACF8F8201252883890F0A55740F35A8C3193061E9C49BC07203CEC239380F2B70012EC225B80C5790F76A0EB83E9910DCF83F1CB88943815B98AC1A701BCDC26A7E34D029DCC1ECA10177F15737E01E7A80FBAA94423CD2B0D62D4C24C3C3AEA9AA29643288F7223D53FD68B9F7E2F954F5A7EF33D53B39A2D09D87CEAC70786D56F8EBE864217DF00F2AFD2FB4',0,2097155);
CREATE TABLE recording_state (whole INTEGER NOT NULL, floor INTEGER NOT NULL);
INSERT INTO "recording_state" VALUES(1,0);
CREATE TABLE registry (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        id TEXT NOT NULL,
        object_type TEXT NOT NULL,
        address TEXT NOT NULL,
        labels TEXT NOT NULL,
        ttl_ms INTEGER,
        health TEXT NOT NULL,
        registered REAL NOT NULL,
        heartbeat REAL NOT NULL,
        owner TEXT NOT NULL,
        outside INTEGER NOT NULL,
        PRIMARY KEY (tenant, namespace, id)
    ) WITHOUT ROWID
    ;
CREATE TABLE tokens (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        id TEXT NOT NULL UNIQUE,
        hash BLOB NOT NULL,
        role TEXT NOT NULL,
        created REAL NOT NULL,
        expires REAL,
        last_used REAL,
        revoked REAL,
        PRIMARY KEY (tenant, namespace, name)
    ) WITHOUT ROWID
    ;
CREATE TABLE trees (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (tenant, namespace, name)
    ) WITHOUT ROWID
    ;
INSERT INTO "trees" VALUES('default','default','shop','[supervisor.shop]
intensity = 1
period_ms = 5_000
children = ["clerk"]

[actor.clerk]
module = "4269f914cfd8909a9f5ba466f929092bd766e5f600a3b7f4c3d259f06b3121fa"
grants = ["durability"]
durable = true
');
CREATE TABLE tuples (
        id INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        fields TEXT NOT NULL,
        written REAL NOT NULL,
        expires REAL,
        author TEXT NOT NULL
    );
CREATE INDEX keyvalue_expiry ON keyvalue (expires) WHERE expires IS NOT NULL;
CREATE INDEX tuples_expiry ON tuples (expires) WHERE expires IS NOT NULL;
CREATE INDEX queued_of ON queued (queue);
CREATE INDEX locks_expiry ON locks (expires);
CREATE UNIQUE INDEX journal_of ON journal (actor, seq);
CREATE INDEX journal_posts_to ON journal_posts (actor);
CREATE INDEX recording_of ON recording (tenant, namespace, id);
DELETE FROM "sqlite_sequence";
COMMIT;
