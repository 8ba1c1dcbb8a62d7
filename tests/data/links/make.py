# Link types and tunnels as scapy writes them, each around the same five packets.
import struct, subprocess, os, sys, json
from scapy.all import *
from scapy.contrib.mpls import MPLS
from scapy.contrib.nsh import NSH
from scapy.contrib.geneve import GENEVE
from scapy.contrib.gtp import GTP_U_Header, GTPPDUSessionContainer
from scapy.contrib.macsec import MACsec
from scapy.contrib.erspan import ERSPAN_II, ERSPAN_III, ERSPAN_I
from scapy.layers.vxlan import VXLAN
from scapy.layers.l2 import GRE, Dot1Q, Dot1AD, Dot1AH, CookedLinux, CookedLinuxV2, SNAP, LLC
from scapy.layers.ppp import *
from scapy.layers.l2tp import L2TP
from scapy.layers.dot11 import *
out=sys.argv[1]
C,S="192.0.2.10","192.0.2.20"
def inner():
    p=[]
    a,b=1000,5000
    p.append(IP(src=C,dst=S,id=1)/TCP(sport=50000,dport=49664,flags="S",seq=a))
    p.append(IP(src=S,dst=C,id=2)/TCP(sport=49664,dport=50000,flags="SA",seq=b,ack=a+1))
    p.append(IP(src=C,dst=S,id=3)/TCP(sport=50000,dport=49664,flags="PA",seq=a+1,ack=b+1)/b"ask a thing")
    p.append(IP(src=S,dst=C,id=4)/TCP(sport=49664,dport=50000,flags="PA",seq=b+1,ack=a+12)/b"told so")
    p.append(IPv6(src="2001:db8::10",dst="2001:db8::20")/UDP(sport=50001,dport=49665)/b"by datagram")
    return p
A,B="02:00:00:00:00:01","02:00:00:00:00:02"
E=lambda p:Ether(src=A,dst=B)/p
et=lambda p:0x86dd if p.version==6 else 0x0800
def raw(link,fn): return (link,[bytes(fn(p)) for p in inner()])
o=lambda n:struct.pack(">H",n)
eth=lambda kind,tail:Ether(src=A,dst=B,type=kind)/Raw(tail)
udp=lambda port,tail,sport=50100:E(IP(src="198.51.100.1",dst="198.51.100.2")/UDP(sport=sport,dport=port)/tail)
gre=lambda tail,**k:E(IP(src="198.51.100.1",dst="198.51.100.2",proto=47)/Raw(bytes(GRE(**k))+bytes(tail)))
snap=lambda p:LLC(dsap=0xaa,ssap=0xaa,ctrl=3)/SNAP(code=et(p))/p
def wlan(p,fc=b"\x08\x02",extra=b"",four=b""): return fc+b"\0\0"+bytes.fromhex("020000000002")+bytes.fromhex("020000000001")*2+b"\0\0"+four+extra+bytes(snap(p))
def amsdu(p):
    sub=lambda q:bytes.fromhex("020000000002020000000001")+o(len(q))+q
    one=sub(bytes(snap(p))); one+=b"\0"*(-len(one)%4)
    return b"\x88\x02\0\0"+bytes.fromhex("020000000002")+bytes.fromhex("020000000001")*2+b"\0\0"+b"\x80\0"+one+sub(b"\xaa\xaa\x03\0\0\0\x08\x06"+b"\0"*28)
M={}
M["ether-8200"]=raw(1,lambda p:eth(0x8200,o(5)+o(et(p))+bytes(p)))
M["ether-9100-9200"]=raw(1,lambda p:eth(0x9100,o(5)+o(0x9200)+o(6)+o(et(p))+bytes(p)))
M["dot1ad"]=raw(1,lambda p:Ether(src=A,dst=B)/Dot1AD(vlan=7)/Dot1Q(vlan=8)/p)
M["pbb"]=raw(1,lambda p:Ether(src=A,dst=B)/Dot1AH(isid=99)/E(p))
M["etag"]=raw(1,lambda p:eth(0x893f,b"\0\0\x10\x01\0\0"+o(et(p))+bytes(p)))
M["vntag"]=raw(1,lambda p:eth(0x8926,b"\0\1\0\2"+o(et(p))+bytes(p)))
M["rtag"]=raw(1,lambda p:eth(0xf1c1,b"\0\0\0\7"+o(et(p))+bytes(p)))
M["hsr"]=raw(1,lambda p:eth(0x892f,o(len(p)+6)+o(7)+o(et(p))+bytes(p)))
M["fabricpath"]=raw(1,lambda p:eth(0x8903,b"\x04\x20"+bytes(E(p))+b"\1\2\3\4"))
M["metadata"]=raw(1,lambda p:eth(0x8909,b"\1\1\0\1\0\x0a"+o(et(p))+bytes(p)))
M["trill"]=raw(1,lambda p:eth(0x22f3,b"\0\x06\0\1\0\2"+bytes(E(p))))
M["macsec-clear"]=raw(1,lambda p:Ether(src=A,dst=B)/MACsec(E=0,C=0,AN=0,SC=1,SCI=b"\2\0\0\0\0\1\0\1",PN=1,type=et(p))/Raw(bytes(p)+b"\0"*16))
M["mpls"]=raw(1,lambda p:eth(0x8847,bytes(MPLS(label=16,s=0)/MPLS(label=17,s=1))+bytes(p)))
M["nsh"]=raw(1,lambda p:eth(0x894f,bytes(NSH(mdtype=2,nextproto=2 if p.version==6 else 1))+bytes(p)))
M["llc-snap"]=raw(1,lambda p:Dot3(src=A,dst=B)/snap(p))
M["pppoe"]=raw(1,lambda p:Ether(src=A,dst=B)/PPPoE(sessionid=3)/PPP(proto=0x57 if p.version==6 else 0x21)/p)
M["chdlc"]=raw(104,lambda p:b"\x0f\0"+o(et(p))+bytes(p))
M["ppp"]=raw(9,lambda p:b"\xff\3"+o(0x57 if p.version==6 else 0x21)+bytes(p))
M["frame-relay"]=raw(107,lambda p:b"\x18\x41\x03"+(b"\x8e" if p.version==6 else b"\xcc")+bytes(p))
M["frame-relay-cisco"]=raw(107,lambda p:b"\x18\x41"+o(et(p))+bytes(p))
M["sll-vlan"]=raw(113,lambda p:CookedLinux(proto=0x8100,src=bytes.fromhex(A.replace(":","")))/Raw(o(5)+o(et(p))+bytes(p)))
M["sll2"]=raw(276,lambda p:o(et(p))+b"\0\0\0\0\0\2\0\1\0\6"+bytes.fromhex(A.replace(":",""))+b"\0\0"+bytes(p))
M["nflog"]=raw(239,lambda p:bytes([10 if p.version==6 else 2,0,0,0])+b"\x08\0\1\0"+o(et(p))+b"\0\0"+struct.pack("<HH",4+len(p),9)+bytes(p)+b"\0"*(-len(p)%4))
M["ppi-ethernet"]=raw(192,lambda p:b"\0\0\x08\0\1\0\0\0"+bytes(E(p)))
M["pktap"]=raw(258,lambda p:struct.pack("<III",108,1,1)+b"en0".ljust(24,b"\0")+b"\0"*72+bytes(E(p)))
M["ipoib"]=raw(242,lambda p:b"\0"*40+o(et(p))+b"\0\0"+bytes(p))
M["erf"]=raw(197,lambda p:struct.pack("<Q",0x6afd86c000000000)+bytes([2,4])+struct.pack(">HHH",18+len(E(p)),0,len(E(p)))+b"\0\0"+bytes(E(p)))
M["token-ring-route"]=raw(6,lambda p:b"\x10\x40"+bytes.fromhex("020000000002820000000001")+b"\x06\x30\0\x11\0\x20"+bytes(snap(p)))
M["fddi"]=raw(10,lambda p:b"\x50"+bytes.fromhex("020000000002020000000001")+bytes(snap(p)))
M["dot11"]=raw(105,wlan)
M["dot11-qos-ht"]=raw(105,lambda p:wlan(p,b"\x88\x82",b"\0\0\0\0\0\0"))
M["dot11-four-addresses"]=raw(105,lambda p:wlan(p,b"\x08\x03",four=bytes.fromhex("020000000003")))
M["dot11-amsdu"]=raw(105,amsdu)
M["radiotap"]=raw(127,lambda p:bytes(RadioTap(present="TSFT+Flags+Rate",mac_timestamp=1,Flags="FCS",Rate=2))+wlan(p)+b"\1\2\3\4")
M["radiotap-extended-pad"]=raw(127,lambda p:b"\0\0\x19\0\x2f\x40\0\xa0\x20\x08\0\0\1\0\0\0\0\0\0\0"[:12]+b"\0"*4+b"\0"*8+b"\x20"+wlan(p,b"\x88\x02",b"\0\0\0\0"))
M["avs"]=raw(163,lambda p:b"\x80\x21\x10\x01"+struct.pack(">I",64)+b"\0"*56+wlan(p))
M["prism"]=raw(119,lambda p:struct.pack("<II",0x44,144)+b"wlan0".ljust(16,b"\0")+b"\0"*120+wlan(p))
M["ppi-dot11"]=raw(192,lambda p:b"\0\0\x08\0\x69\0\0\0"+wlan(p))
M["gre-key"]=raw(1,lambda p:gre(p,key_present=1,key=5,proto=et(p)))
M["gre-aruba"]=raw(1,lambda p:gre(wlan(p),proto=0x8200))
M["erspan1"]=raw(1,lambda p:gre(E(p),proto=0x88be))
M["erspan2"]=raw(1,lambda p:gre(b"\x10\x05\0\1\0\0\0\2"+bytes(E(p)),proto=0x88be,seqnum_present=1))
M["erspan3"]=raw(1,lambda p:gre(b"\x20\x05\0\1\0\0\0\2\0\0\0\0"+bytes(E(p)),proto=0x22eb,seqnum_present=1))
M["vxlan"]=raw(1,lambda p:udp(4789,VXLAN(vni=7,flags=8)/E(p)))
M["vxlan-gpe-nsh"]=raw(1,lambda p:udp(4790,b"\x0c\0\0\4\0\0\7\0"+bytes(NSH(mdtype=2,nextproto=3))+bytes(E(p))))
M["geneve"]=raw(1,lambda p:udp(6081,GENEVE(vni=7,proto=0x6558)/E(p)))
M["gtpu"]=raw(1,lambda p:udp(2152,b"\x30\xff"+o(len(p))+b"\0\0\0\1"+bytes(p),2152))
M["gtpu-extension"]=raw(1,lambda p:udp(2152,b"\x34\xff"+o(len(p)+8)+b"\0\0\0\1\0\0\0\x85\1\x10\1\0"+bytes(p),2152))
M["mpls-udp"]=raw(1,lambda p:udp(6635,bytes(MPLS(label=17,s=1))+bytes(p)))
M["gre-udp"]=raw(1,lambda p:udp(4754,bytes(GRE(proto=et(p)))+bytes(p)))
M["l2tp"]=raw(1,lambda p:udp(1701,b"\0\2\0\1\0\2\xff\3"+o(0x57 if p.version==6 else 0x21)+bytes(p),1701))
M["l2tpv3-ip"]=raw(1,lambda p:E(IP(src="198.51.100.1",dst="198.51.100.2",proto=115)/Raw(b"\0\0\0\7"+bytes(E(p)))))
M["capwap"]=raw(1,lambda p:udp(5247,b"\0\x10\x02\0\0\0\0\0"+bytes(E(p))))
M["tzsp"]=raw(1,lambda p:udp(37008,b"\1\0\0\1\x0d\2\0\0\1"+bytes(E(p))))
for name,(link,packets) in M.items():
    with open(f"{out}/{name}.pcap","wb") as f:
        f.write(struct.pack("<IHHiIII",0xa1b2c3d4,2,4,0,0,262144,link))
        for n,d in enumerate(packets):
            f.write(struct.pack("<IIII",1795000000,n,len(d),len(d))+d)
# What tshark reads of them: TCP and UDP payloads with their frames and ports, through the options that a row names.
OPTIONS={"ether-8200":["-d","ethertype==0x8200,vlan"],"ether-9100-9200":["-d","ethertype==0x9200,vlan"],"l2tpv3-ip":["-o","l2tp.cookie_size:None","-o","l2tp.l2_specific:None","-d","l2tp.pw_type==0,eth"]}
rows=[]
for name,(link,packets) in sorted(M.items()):
    f=f"{out}/{name}.pcap"
    t=subprocess.run(["tshark","-r",f,*OPTIONS.get(name,[]),"-Y","tcp.len>0 or udp.dstport==49665","-T","fields","-e","frame.number","-e","tcp.srcport","-e","udp.srcport","-e","tcp.payload","-e","udp.payload"],capture_output=True,text=True).stdout
    for line in t.splitlines():
        n,ts,us,tp,up=line.split("\t")
        tcp=bool(tp)
        rows.append("\t".join([name,n,"tcp" if tcp else "udp",(ts if tcp else us).split(",")[-1],(tp if tcp else up).split(",")[-1]]))
with open(f"{out}/tshark.tsv","w") as f:
    f.write("# file, frame, transport, source port, payload: what tshark 4.0.17 reads\n"+"\n".join(rows)+"\n")
