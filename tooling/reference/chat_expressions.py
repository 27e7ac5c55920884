# Requirements: python 3.11, transformers==5.23.0, jinja2==3.1.6
"""Writes packages/chat/test/golden/expressions.golden.json: small templates as transformers renders them, each with
the text, or null where it raises an error.

Run: python tooling/reference/chat_expressions.py
"""

import json
import warnings
from pathlib import Path

from transformers.utils.chat_template_utils import render_jinja_template

warnings.simplefilter("ignore")
TARGET = Path(__file__).parents[2] / "packages/chat/test/golden/expressions.golden.json"

VARIABLES = {
    "t": True,
    "f": False,
    "n": None,
    "i": 7,
    "neg": -3,
    "x": 2.5,
    "big": 1e22,
    "small": 1.5e-7,
    "s": "Hello, World",
    "u": "Größe 🦙 İß\u00a0\u2028e\u0301",
    "q": "it's \"quoted\"\\\n\t\x00\x7f<&>",
    "spaces": " \t\n a  b \x1f\u3000",
    "l": [3, 1, 2],
    "mixed": [1, "a", None, True, 2.5, [1, {"k": "v"}], {}],
    "words": ["b", "A", "c", "a", "B"],
    "d": {"b": 1, "a": {"x": [1, 2]}, "items": "own", "none": None},
    "people": [
        {"name": "Ann", "age": 30, "tags": ["x"], "ok": True},
        {"name": "bob", "age": 25, "tags": []},
        {"name": "Cy", "age": 30, "tags": ["y", "z"], "ok": False},
    ],
    "empty": [],
    "nothing": {},
    "zero": 0,
    "md": "line 1\n\nline 3\n  indented\r\nlast",
    "html": "<b>x</b> <!-- c --> <i\n>y</i>",
    "nested": [[1, [2, [3]]], []],
}

EXPRESSIONS = """
t f n i x big small s|length u|length l d mixed nested people empty nothing q u
true false none True False None missing missing.x missing['x'] missing|length missing|default missing|default('z') missing|list
missing~'a' missing+1 1+missing missing==missing2 missing!=n missing is defined missing|tojson (missing,) [missing] missing() missing|upper
missing|first missing|last missing|join 'a' in missing missing in l missing < 1 -missing not missing missing or 'y' missing and 'y' missing|int missing|float missing|string
1+2 1-2 2*3 7/2 6/2 7//2 -7//2 7%3 -7%3 7%-3 7.5%2 -7.5//2 2**3 2**-1 2**0.5 -2**2 2**3**2 7.0 1e3 1.5e-5 1e16 123456789012345680.0 0.1+0.2 1/3 100/3 1e100 -0.0 0.0 1_000 0x1F 0b101 0o17 1//0 1/0 1%0
'a'+'b' 'a'+1 1+'a' 'a'*3 3*'ab' 'a'*-1 'a'*0 [1]*3 [1]+[2] (1,)+(2,) [1]+(2,) 'a'~1~None~True~2.0~[1,'x'] 1~2 'a' 'b' 'a' 'b'~'c'
true+1 true*3 -true +true not 1 not [] not '' not n t and f t or f 1 and 2 0 or '' or 'x' 1 and 0 not t and f not (t and f) 3 and [] or {}
1<2 1<2<3 1<3<2 1==1.0 1==true 'a'<'b' 'a'<'B' [1,2]<[1,3] (1,2)==(1,2) [1]==(1,) {'a':1}=={'a':1} 1<'a' none<1 1!=2 1>=1 2<=1 'é'<'z' none==none none==0 [1,[2]]==[1,[2.0]]
1 in l 4 in l 4 not in l 'b' in d 'x' in d 'lo' in s '' in s 1 in 'a' none in mixed true in l 1 in 5 'a' in none 'k' in mixed[5][1] not 1 in l [1] in nested
l[0] l[-1] l[5] l[-5] l['a'] l[t] l[1.0] l[:2] l[1:] l[::-1] l[-2:] l[5:] l[::2] l[::0] s[0] s[-1] s[1:4] s[::-1] s[99] u[6] u[5:8] u[::-1] (1,2,3)[1:] d['b'] d.b d.a.x d['a']['x'][0] d.items d['items'] d.missing d['missing'] d.none mixed[5][1].k l.0 people.0.name people[0]['age'] range(5)[2] range(5)[1:3]|list range(10)[-1]
d.items() d.keys() d.values() d.get('b') d.get('z') d.get('z',1) d.get('none',5) d.copy() d|items d|items|list d|list d|length d.items()|list d|dictsort d|dictsort(true) d.pop('b') d.update({}) d.setdefault('a',1) l.append(1) l.index(2) l.index(9) l.count(1) l.copy() d.clear l.append
range(3) range(1,4) range(5,1,-2) range(3)|list range(1,10,3)|list range(0) range(2.5) range(1,2,0) range(100001) range(100000)|length range(3)|length range(3)|join(',') 2 in range(3) range(3)|first range(3)|last range(3)|reverse|list range(3)|sum
s|upper s|lower s|title s|capitalize s|trim s|length s|first s|last s|list s|reverse s|replace('l','L') s|replace('l','L',1) s|replace('','-') s|center(20) s|wordcount s|string s|e s|truncate(8) s|truncate(8,true) s|truncate(8,true,'') s|truncate(9) s|indent s|int s|float s|join('-') s|sort s|unique|list s|batch(5)|list s|slice(3)|list s|count s|min s|max s|urlencode 'a/b c&d=é'|urlencode d|urlencode
u|upper u|lower u|title u|capitalize u|reverse u|list u|first u|trim u|tojson u|length u|center(30) u.split() u.find('🦙') u.find('e') u.index('🦙') u.rfind('ß') u.count('ß') u.encode
q|e q|tojson q|string q|list|length q|upper q.splitlines() spaces|trim spaces.split() spaces.strip() spaces.lstrip() spaces.rstrip() spaces|list spaces.isspace() ' '.isspace() ''.isspace() spaces.split(' ') spaces.split(None,1) spaces.rsplit(None,1) spaces.rsplit(' ',1)
s.upper() s.lower() s.title() 'they\\'re o\\'neil'.title() 'they\\'re ok-now'|title s.swapcase() s.capitalize() s.split(',') s.split(', ') s.split('l',1) s.rsplit('l',1) s.split('zz') s.split('') s.partition(',') s.rpartition('o') s.partition('zz') s.find('o') s.find('o',5) s.find('z') s.rfind('o') s.index('z') s.count('l') s.count('l',4) s.count('') s.startswith('He') s.startswith(('x','H')) s.endswith('ld') s.startswith('World',7) s.replace('l','') s.replace('l','L',2) s.strip('Hd') s.lstrip('Hel') s.rstrip('dl') s.zfill(15) '-5'.zfill(4) s.ljust(15) s.rjust(15,'*') s.center(15,'-') s.center(16,'-') 'ab'.center(5,'-') 'abc'.center(6,'-') '-'.join(['a','b']) '-'.join([1]) '-'.join('abc') s.removeprefix('Hello') s.removesuffix('World') s.isalpha() 'abc'.isalpha() '12'.isdigit() '²'.isdigit() '½'.isnumeric() 'a1'.isalnum() 'abc'.islower() 'ABC'.isupper() 'Abc'.istitle() 'a b'.isidentifier() 'a_b'.isidentifier() 'é'.isascii() 'a\\tb'.expandtabs(4) s.foo s.foo() s.length s.__class__ s.format() 'ß'.casefold() 'x'.isdecimal() md.splitlines() md.splitlines(true)
'{} {}'.format(1,'b') '{0} {1} {0}'.format('a','b') '{name}!'.format(name='x') '{:>5}|{:<5}|{:^5}'.format(1,'b','c') '{:05.2f}'.format(3.14159) '{:,}'.format(1234567) '{:x}'.format(255) '{!r}'.format('a') '{{}}'.format() '{}'.format() '{a[0]}{a[1]}'.format(a=[1,2]) '{:.3}'.format('abcdef') '{:+d}'.format(5) '{:.1%}'.format(0.256) '{:e}'.format(12345.678) '{:g}'.format(0.0001) '{:g}'.format(1e10) '{}'.format(1.0) '{}'.format(none) '{:5}|'.format(true) '{:*^9}'.format('x') '{:08.3f}'.format(-3.14159) '{:#x}'.format(255) '{:_}'.format(1234567) '{:d}'.format(2.0) '{x}'.format()
'%s %d'%('a',5) '%5.2f|%-5s|%05d'%(3.14159,'b',42) '%%' '%d%%'%5 '%s'%none '%s'%[1,'a'] '%r'%'a' '%(a)s'%{'a':1} '%s' % (1,) '%s %s'%(1,) '%s'%(1,2) '%x %X %o'%(255,255,8) '%e'%12345.678 '%g'%0.00001 '%c'%'a' '%d'%'a' '%+d'%5 '%s-%s'|format('a',1) '%(x)s'|format(x=5) '%i'%3.9 '%s'%true '%.3s'%'abcdef' '%q'%1 '%'%1 '%10s|'%'é🦙'
l|sort l|sort(true) l|sort(reverse=true) words|sort words|sort(case_sensitive=true) mixed|sort people|sort(attribute='age') people|sort(attribute='age,name') people|map(attribute='name')|list people|map(attribute='tags.0')|list people|map(attribute='zz',default='?')|list people|map(attribute='zz')|list l|map('string')|list words|map('upper')|join words|map('replace','a','x')|list l|map('zzz')|list people|map(attribute='name')|map('lower')|join(', ') people|selectattr('ok')|map(attribute='name')|list people|selectattr('age','equalto',30)|list|length people|selectattr('age','gt',26)|list|length people|rejectattr('ok')|list|length people|selectattr('ok','defined')|list|length people|selectattr('name','in',['Ann'])|list|length people|selectattr('tags.0','eq','y')|list|length l|select('odd')|list l|reject('odd')|list l|select|list l|select('gt',1)|list l|select('zzz')|list mixed|select('string')|list mixed|select('none')|list mixed|select('number')|list mixed|select('mapping')|list l|select('divisibleby',3)|list l|select is defined l|select('odd')|length l|select('gt',5)|first l|map('string') is iterable people|groupby('age') people|groupby('age')|map(attribute='list')|map('length')|list people|groupby('name')|map(attribute='grouper')|list people|groupby('ok',default='none')|length
l|first l|last empty|first empty|last l|min l|max empty|max words|min words|max(true) people|max(attribute='age') l|sum people|sum(attribute='age') empty|sum l|sum(start=10) words|sum nested|sum(start=[]) l|join l|join(', ') mixed|join('|') people|join(', ',attribute='name') l|length l|count l|reverse|list l|reverse l|unique|list words|unique|list words|unique(true)|list mixed|unique|list [1,1.0,true,'1']|unique|list people|unique(attribute='age')|list|length l|list (1,2)|list l|string l|batch(2)|list l|batch(2,0)|list l|slice(2)|list l|slice(2,'x')|list l|tojson d|tojson mixed|tojson (1,2)|tojson 'é<>&\\''|tojson d|tojson(indent=2) d|tojson(indent=0) mixed|tojson(indent=1) d|tojson(sort_keys=true) d|tojson(separators=(',',':')) d|tojson(indent=2,separators=(',',':')) u|tojson(ensure_ascii=true) u|tojson(true) q|tojson empty|tojson(indent=2) nothing|tojson(indent=2) {'a':[],'b':{}}|tojson(indent=2) 1.0|tojson 1e22|tojson 1e-7|tojson big|tojson none|tojson true|tojson {1:2,none:4}|tojson range(2)|tojson d.items()|tojson l|select|tojson l|tojson(indent='--') d|tojson(zz=1) nested|tojson(indent=4) {'z':1,'a':2}|tojson(sort_keys=true) {'é':1}|tojson(ensure_ascii=true) d|tojson(none) d|tojson(false,none,none,true)
i|abs neg|abs x|abs s|abs i|float x|int '42'|int '42.9'|int 'abc'|int 'abc'|int(5) '0x1A'|int(0,16) '0x1A'|int '1_000'|int ' 12 '|int '-7'|int none|int none|int(3) true|int l|int '1e3'|float 'abc'|float 'abc'|float(1.5) 'inf'|float '3.7'|float none|float x|round 2.5|round 3.5|round 2.675|round(2) 0.125|round(2) x|round(1) i|round i|round(1) 42.55|round(1) 42.55|round(1,'ceil') 42.55|round(1,'floor') 42.4|round(method='ceil') 1234.5|round(-2) -2.5|round 1e20|round
md|indent md|indent(2) md|indent(2,true) md|indent(2,true,true) md|indent(2,blank=true) md|indent('> ') md|indent(first=true) ''|indent 'a\\n'|indent 'a\\n\\n'|indent 5|indent html|striptags html|e md|wordcount md|trim md|replace('\\n','|') x|string t|string n|string l|upper n|upper 5|upper t|lower none|trim 'xxaxx'|trim('x') 5|replace('5','6') 'a'|default('b') ''|default('b') ''|default('b',true) none|d('x') none|d('x',true) zero|default(1,boolean=true) 'x'|safe 'x'|attr('upper') d|attr('b') 'a'|nofilter 'abc'|pprint l|pprint 'a'|e|upper 5|length none|length true|length x|list none|list 5|first d|first d|last d|join(',') d|sort d|max d|tojson|length d|map('upper')|list d|select|list 'a,b'|replace(',', ';')|upper
n is none i is none i is number x is number t is number t is integer i is integer x is float i is float s is string n is string d is mapping l is mapping l is sequence s is sequence d is sequence n is sequence i is iterable s is iterable missing is iterable missing is sequence range(2) is sequence d.items() is sequence l|select is sequence i is odd i is even 4 is even x is odd i is divisibleby 7 i is divisibleby(2) s is lower 'abc' is lower 'ABC' is upper '' is lower 5 is lower t is boolean i is boolean t is true f is false 1 is true n is false t is sameas true 1 is sameas 1 i is eq 7 i is equalto 7 i is == 7 i is ne 3 i is lt 8 i is gt 8 i is in [7] i is in l i is not in l s is in 'x' i is not none missing is undefined missing is not defined d.b is defined d.zz is defined range is callable s is callable missing is callable s is escaped i is zzz 'upper' is filter 'zz' is filter 'odd' is test s is string and i is number not s is string i is odd and t l is iterable or f i is eq(7) n is eq none d.none is eq(none) n is sameas none none in mixed n|default('x') missing|default(none) d.none d['none'] d.get('none') d.get('none',5) mixed[2] [none]|first [none]|last [none,1]|max 'a'|int(none) 'a'|float(none) namespace(a=none).a (none,)[0] [[none]]|sum(start=[]) '%(a)s'%{'a':none} '{a}'.format(a=none) d.values()|list people|map(attribute='ok',default=5)|list people|map(attribute='ok')|list i is divisibleby 2 or t s is odd
'yes' if t else 'no' 'yes' if f ('yes' if f)|default('d') 'a' if f else 'b' if f else 'c' (1 if t else 2)+1 1 if t else 2+1 1,2 (1,) () (1,2) [1,] [] {} {'a':1,} {'a':{'b':[1,(2,)]}} {1:2} {none:1} {[1]:2} {'a':1,'a':2} [1,'a',none,true,2.0,'it\\'s'] {'a':'\\n'} {'x':missing}
namespace(a=1).a namespace({'b':2}).b namespace(a=1) namespace(a=1).zz namespace()['a'] namespace(_x=1) dict(a=1) dict({'a':1},b=2) dict([('a',1)]) dict(l) raise_exception('no') strftime_now('%%') strftime_now('%%Y')|length strftime_now(5) cycler('a','b').next() joiner(',')() range lipsum
'\\x41\\u00e9\\101\\n\\q\\\\' "a'b" 'a"b' 'a' "b" '\\u12' 'tab\\there' '{{ x }}' '}}' '%}' "{% raw %}"
l.sort() s.upper s.upper|string d.get d.items|string l[0:2][1] (l)[0] (l|sort)[0] l|sort|first -l|first -i|abs (-i)|abs -2|abs 2**2|abs l|first+1 l|first~'a' i|string + 'a' not i|odd t == true t is true == true (t is true) == true 1 + 2 ~ 3 1 ~ 2 + 3 2 * 3 ~ 4 'a' ~ 1 + 2 10 - 2 - 3 2 - -2 2--2 +5 - 3 8 // 3 * 2 'a' in 'abc' == true 1 == 1 == 1 1 < 2 == true not 1 == 2 i if i > 5 else 0 [i, s][0] {'a': i}['a'] {'a': i}.a [x for x in l] lambda s.split(',')|first|upper s.split(',')[1].strip()|lower 'a' if 'a' in s else 'b' s|replace("o", "0")|list|length
"""

BLOCKS = [
    "{% for a in [none, none] %}{{ loop.nextitem }}{{ loop.previtem }}{{ loop.cycle(none, 1) }}{{ a }}{% endfor %}",
    "{% set z = none %}{{ z }}{% macro m(a=1) %}{{ a }}{% endmacro %}{{ m(none) }}{{ m(a=none) }}",
    "{% macro m() %}{% break %}{% endmacro %}", "{% for a in l %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
    "{% for a in l %}{{ a }}{{ ',' if not loop.last }}{% endfor %}",
    "{% for a in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}",
    "{% for a in l %}{{ loop.previtem }}<{{ a }}>{{ loop.nextitem }}{{ loop.previtem is defined }}{% endfor %}",
    "{% for a in l %}{{ loop.cycle('x', 'y') }}{{ loop.changed(a > 1) }}{% endfor %}{{ loop }}",
    "{% for a in l %}{{ loop }}{% endfor %}",
    "{% for a in empty %}a{% else %}none{% endfor %}",
    "{% for a in l if a > 1 %}{{ a }}{{ loop.length }}{% else %}none{% endfor %}",
    "{% for a in l if a > 5 %}{{ a }}{% else %}none{% endfor %}",
    "{% for a in l %}{% if a == 1 %}{% continue %}{% endif %}{{ a }}{% endfor %}",
    "{% for a in l %}{% if a == 1 %}{% break %}{% endif %}{{ a }}{% endfor %}",
    "{% for a in l %}{% break %}{% else %}e{% endfor %}|{% for a in l %}{% continue %}{% else %}e{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in d %}{{ k }};{% endfor %}{% for c in 'ab🦙' %}{{ c }};{% endfor %}",
    "{% for a, b in [[1, 2], (3, 4), 'xy'] %}{{ a }}{{ b }}{% endfor %}",
    "{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for a, b in [[1]] %}{{ a }}{% endfor %}",
    "{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}",
    "{% for a in 5 %}{% endfor %}",
    "{% for a in none %}{% endfor %}",
    "{% for a in missing %}x{% endfor %}ok",
    "{% for a in nested recursive %}{% if a is iterable %}[{{ loop(a) }}]{% else %}{{ a }}{{ loop.depth }}{% endif %}{% endfor %}",
    "{% for a in l %}{{ loop(l) }}{% endfor %}",
    "{% for a in l %}{% set z = a %}{% endfor %}{{ z }}",
    "{% set z = 0 %}{% for a in l %}{{ z }}{% set z = z + a %}{{ z }};{% endfor %}{{ z }}",
    "{% set ns = namespace(z=0) %}{% for a in l %}{% set ns.z = ns.z + a %}{% endfor %}{{ ns.z }}",
    "{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}{{ ns.b }}{{ ns }}",
    "{% set d.a = 1 %}",
    "{% set ns = namespace() %}{% set ns._a = 1 %}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set (c, e) = [3, 4] %}{{ c }}{{ e }}",
    "{% set a, b = 1 %}",
    "{% set a = 1, 2 %}{{ a }}",
    "{% set a %}x{{ i }}y{% endset %}{{ a }}{{ a|length }}",
    "{% set a | upper %}x{{ i }}y{% endset %}{{ a }}",
    "{% set a | replace('x', 'z') | upper %}x{{ i }}y{% endset %}{{ a }}",
    "{% if t %}{% set z = 1 %}{% endif %}{{ z }}",
    "{% if f %}a{% elif n %}b{% elif i %}c{% else %}d{% endif %}",
    "{% if f %}a{% elif n %}b{% else %}d{% endif %}{% if missing %}x{% endif %}{% if 1, %}y{% endif %}",
    "{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}|{{ m(1, 3) }}|{{ m(b=5, a=4) }}|{{ m() }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=2) }}",
    "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, z=3) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m }}{{ m.name }}{{ m.arguments }}{{ m.catch_kwargs }}{{ m.caller }}{{ m is callable }}",
    "{% macro m() %}{{ z }}{% endmacro %}{% set z = 5 %}{{ m() }}",
    "{% macro m() %}{% set z = 9 %}{{ z }}{% endmacro %}{% set z = 5 %}{{ m() }}{{ z }}",
    "{% macro fact(k) %}{{ 1 if k <= 1 else k * (fact(k - 1)|int) }}{% endmacro %}{{ fact(5) }}",
    "{% macro m() %}({{ caller() }}){% endmacro %}{% call m() %}in{{ i }}{% endcall %}",
    "{% macro m() %}({{ caller('a', 2) }}){% endmacro %}{% call(x, y=3) m() %}{{ x }}{{ y }}{% endcall %}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}",
    "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}",
    "{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}",
    "{% for a in l %}{% macro m() %}{{ a }}{% endmacro %}{{ m() }}{% endfor %}",
    "{% for a in l %}{% set ns = namespace(v=a) %}{{ ns.v }}{% endfor %}",
    "{% macro outer() %}{% for a in l %}{{ inner(a) }}{% endfor %}{% endmacro %}{% macro inner(z) %}<{{ z }}>{% endmacro %}{{ outer() }}",
    "{% macro m(x) %}{{ x }}{% endmacro %}{{ [m('a'), m('b')]|join('-') }}{{ m('a') + 'b' }}{{ m('a')|upper }}{{ m(' a ')|trim|length }}",
    "{% with a = 1, b = i %}{{ a }}{{ b }}{% set a = 3 %}{{ a }}{% endwith %}{{ a }}",
    "{% filter upper %}abc{{ s }}{% endfilter %}",
    "{% filter replace('a', 'b')|upper %}abc{% endfilter %}",
    "{% filter indent(2) %}a\nb{% endfilter %}",
    "{% raw %}{{ x }}{% if %}{% endraw %}",
    "a {%- raw -%} {{ x }} {%- endraw -%} b",
    "{% block b %}x{{ i }}{% endblock %}{% block c %}y{% endblock c %}",
    "{% generation %}a{{ i }}{% endgeneration %}",
    "a\n  {%- generation -%}\n b \n{%- endgeneration -%}\n c",
    "x\n{% generation %}\ny\n{% endgeneration %}\nz",
    "{% generation %}{% set z = 1 %}{% endgeneration %}{{ z }}",
    "a\n\n  {% if t %}  \n b\n  {% endif %}  \nc\n",
    "a\n  {{ i }}  \n  {{- i -}}  \n b",
    "  {% if t %}x{% endif %}\n  y {% if t %}\nz{% endif %}\n",
    "{%+ if t %}\na{%+ endif %}",
    "  {%+ if t +%}\n  a\n  {%+ endif +%}\nb",
    "{# c #}\na\n  {# c #}\n  b {#- c -#} d\n{#+ c +#}\n",
    "a{#--#}b{#-#}c{# {{ x }} {% if %} #}d",
    "{{ 'a' }}\n{{ 'b' }}\n",
    "a\n",
    "a\n\n",
    "\r\na\rb\n",
    "{{ i\n}}{%\n if t\n%}x{% endif %}",
    "{{i}}{{i}}{%if t%}a{%endif%}",
    "{{ {'a': {'b': 1}}.a.b }}{{ {'a': {'b': 1}} }}",
    "{{ '{{' }}{{ \"}}\" }}{{ '%}' }}",
    "{{ [[1], [2]] }}{{ {'a':{}} }}",
    "{{- ' a ' -}}  x  {{- ' b ' -}}",
    "\n\n {{- 'a' }} \n",
    "{% if t -%}  \n\n a {%- endif %}",
    "{% set x2 = 'a' %}\n{% set y2 = 'b' %}\n{{ x2 }}{{ y2 }}",
    "{% set loop = 5 %}{{ loop }}{% for a in l %}{{ loop.index }}{% endfor %}{{ loop }}",
    "{% for a in l %}{% for b in l %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% for a in l %}{% set outer = loop %}{% for b in l %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}",
    "{% for a in people|groupby('age') %}{{ a.grouper }}:{{ a.list|map(attribute='name')|join(',') }};{% endfor %}",
    "{% for g, items in people|groupby('age') %}{{ g }}:{{ items|length }};{% endfor %}",
    "{% for a in d|dictsort %}{{ a[0] }}{{ a.1 }}{% endfor %}",
    "{% for k, v in d|dictsort(by='value') %}{{ k }}{% endfor %}",
    "{% for k, v in {'b': 2, 'A': 1, 'c': 0}|dictsort(by='value', reverse=true) %}{{ k }}{{ v }}{% endfor %}",
    "{% for r in l|batch(2, '-') %}{{ r }}{% endfor %}{% for r in range(7)|slice(3) %}{{ r }}{% endfor %}",
    "{% set it = l|select %}{{ it|list }}{{ it|list }}",
    "{% set it = l|map('string') %}{% if it %}y{% endif %}{% for a in it %}{{ a }}{% endfor %}{% for a in it %}{{ a }}{% endfor %}",
    "{% set r = l|reverse %}{{ r|list }}{{ r|list }}{{ l }}",
    "{% set c = cycler('a', 'b', 'c') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.next() }}",
    "{% set j = joiner(' | ') %}{% for a in l %}{{ j() }}{{ a }}{% endfor %}",
    "{% set x = {'a': 1} %}{% for k in x %}{{ x[k] }}{% endfor %}",
    "{% set z = l + [4] %}{{ z }}{{ l }}",
    "{% set args = [1, 2] %}{% set kw = {'b': 9} %}{% macro m(a, b=0, c=0) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(*args) }}{{ m(1, **kw) }}{{ m(*args, **{'c': 3}) }}",
    "{% if s is string and s is not none and l is iterable and d is mapping %}y{% endif %}",
    "{% if not (d.zz is defined and d.zz is not none) %}y{% endif %}",
    "{% if 'role' in people[0] or people[0]['name'] == 'Ann' %}y{% endif %}",
    "{{ people[0].name.upper().lower()[0] }}{{ people | map(attribute='age') | sum }}",
    "{{ (people | selectattr('ok', 'defined') | list)[0].name }}",
    "{{ people[1:] | map(attribute='name') | list | tojson }}",
    "{{ d.a.x | last }}{{ d['a'].x | join('+') }}",
    "{%- for m in people %}\n    {%- if m.tags %}\n        {{- m.name + ': ' + m.tags | join(',') }}\n    {%- endif %}\n{%- endfor %}",
    "{% if %}", "{% endif %}", "{{ }}", "{% for %}{% endfor %}", "{% if t %}", "{% unknown %}", "{{ a b }}", "{{ 'a }}", "{% set %}", "{{ 1 + }}", "{{ (1 }}", "{{ 1) }}", "{{ [1} }}", "{% for a in l %}{% endif %}", "{% include 'x' %}", "{% do l %}", "{% macro %}{% endmacro %}", "{{ a.'b' }}", "{% else %}", "{# a", "{{ 1", "{{ @ }}", "{{ a|  }}", "{{ a is }}", "{% break %}", "{{ f(a=1, 2) }}", "{% macro m(a=1, b) %}{% endmacro %}", "{% set 1 = 2 %}", "{% for 1 in l %}{% endfor %}", "{{ 'a' is string is none }}",
    "{% set x = [] %}{% if x %}a{% else %}b{% endif %}{{ x is none }}",
    "{{ ('a' ~ 'b') * 2 }}{{ 'a' ~ 'b' * 2 }}",
    "{{ t }}{{ f }}{{ n }}{{ [t, n] }}{{ {'a': n} }}",
    "{{ messages[0].content[::-1] }}{{ messages|length }}{{ messages[0] }}",
    "{{ add_generation_prompt }}{{ tools }}{{ documents }}",
    "{% set ns = namespace(found=false) %}{% for m in people %}{% if m.name == 'bob' %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.found }}",
    "{% set x = namespace(a=[1]) %}{% set x.a = x.a + [2] %}{{ x.a }}{{ x.a|tojson }}",
    "{{ '%.2f' | format(3.14159) }}{{ '%s/%s' | format(1, 'b') }}{{ \"%05d\" % 42 }}",
    "{{ 'a'.join(['x', 'y']) }}{{ ', '.join(l|map('string')) }}",
    "{{ d.items()|first }}{{ d.values()|list }}{{ d.keys()|list|length }}{{ d.items()|length }}",
    "{% for x in [1, 2, 3, 4] %}{% if loop.index is divisibleby 2 %}e{% else %}o{% endif %}{% endfor %}",
    "{{ s.split(', ')[1] if ', ' in s else s }}{{ s.split('</think>')[-1].lstrip('\\n') }}",
    "{% set content = 'a</think>b' %}{{ content.split('</think>')|first }}{{ content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') }}",
    "{{ s is string }}{{ s|length > 3 }}{{ l|length == 3 and s }}",
    "{%- set a = 1 -%}\n\n{{ a }}\n\n{%- set b = 2 %}\n{{ b }}",
    "{{ {'a': 1, 'b': [1, 2.0, 'x\\'y', none, true]} | string }}",
    "{{ u }}{{ [u] }}{{ [q] }}{{ ['\\u200b\\u00ad\\ufeff\\ue000'] }}",
    "{{ 10 // 3 }}{{ -10 // 3 }}{{ 10 % -3 }}{{ 5.0 // 2 }}{{ 2 ** 10 }}{{ 2 ** 0.5 }}{{ 4 ** -1 }}{{ 1e308 * 10 }}",
    "{{ [1.0, 1e5, 1e15, 1e16, 1.5e16, 1e-4, 1e-5, 123456.789, 5e-324, 1.7976931348623157e308, 0.1, 100.0] }}",
]


def main():
    templates = [f"{{{{ {expression} }}}}" for expression in split(EXPRESSIONS)] + BLOCKS
    cases = []
    for template in dict.fromkeys(templates):
        try:
            prompts, _ = render_jinja_template(
                [[{"role": "user", "content": "Hi 🦙"}]], chat_template=template, **VARIABLES
            )
            expected = prompts[0]
        except Exception:
            expected = None
        if template != "{{ in }}" and (expected is None or " at 0x" not in expected):
            cases.append([template, expected])
    text = json.dumps(VARIABLES, ensure_ascii=True)
    rows = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    TARGET.write_text(f'{{"variables": {text},\n"cases": [\n{rows}\n]}}\n')
    print(len(cases), "cases,", sum(expected is None for _, expected in cases), "errors")


def split(text):
    """Expressions of a line are separated by blanks that are outside of brackets and quotes and between operands: the
    longest run of words that Jinja can read is one expression."""
    import jinja2

    environment = jinja2.Environment()

    def is_whole(candidate):
        try:
            environment.parse("{{ " + candidate + " }}")
            return True
        except jinja2.TemplateSyntaxError:
            return False

    for line in text.strip().splitlines():
        words = line.split(" ")
        start = 0
        while start < len(words):
            ends = [end for end in range(start + 1, min(len(words), start + 14) + 1) if is_whole(" ".join(words[start:end]))]
            if not ends:
                yield words[start]
                start += 1
                continue
            end = ends[0]
            # Words such as `is` or `+` carry the expression on.
            while True:
                longer = [other for other in ends if other > end]
                joiners = {"is", "in", "not", "and", "or", "if", "else", "~", "+", "-", "*", "/", "//", "%", "==", "!=", "<", ">", "<=", ">=", "|"}
                following = words[end] if end < len(words) else ""
                before = words[end - 1]
                if longer and (following in joiners - {"not"} or (following == "not" and longer[0] > end + 1 and before not in joiners and words[end + 1] == "in") or before in joiners or is_string(before) and is_string(following)):
                    end = longer[0]
                    continue
                break
            yield " ".join(words[start:end])
            start = end


def is_string(word):
    return word[:1] in "'\"" and word[-1:] in "'\"" and len(word) > 1


main()
