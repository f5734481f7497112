using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>Worlds of files that have to be read, ordered, followed and rewritten by what other files say; gates draw from all of them.</summary>
internal static class AgenticChores
{
    private const string Map = """
        #########
        #S..#...#
        #.#.#.#.#
        #.#...#.#
        #.###.#E#
        #.....#.#
        #########

        """;

    public static IReadOnlyList<AgenticText> All { get; } =
    [
        new("requests", Split.Test, [("app.log", "0001 NAME start\n0001 NAME retry\n0001 NAME error\n0002 ada start\n0002 ada error\n0003 emil start\n0003 emil retry\n0003 emil done\n0004 pia start\n0004 pia retry\n0004 pia retry\n0004 pia error\n00NUMBER NAME start\n00NUMBER NAME retry\n00NUMBER NAME error\n")],
            new("app.log has a line for each event: the number of a request, who, what. Write report.json: under \"failed\" the numbers of the requests that were retried and ended with an error all the same, as texts, in order; under \"retries\" how many retries there were in all.",
                "r = json.load(open('report.json'))\nassert r == {'failed': ['0001', '0004', '00NUMBER'], 'retries': 5}, r",
                "python3 - <<'END'\nimport json\nseen, failed, retries = set(), [], 0\nfor line in open('app.log'):\n    number, who, what = line.split()\n    if what == 'retry':\n        seen.add(number); retries += 1\n    if what == 'error' and number in seen: failed.append(number)\njson.dump({'failed': sorted(failed), 'retries': retries}, open('report.json', 'w'))\nEND"),
            new("Write the number of lines of app.log that end in error to errors.txt.", "assert open('errors.txt').read().strip() == '4'", "grep -c 'error$' app.log > errors.txt")),
        new("jobs", Split.Test, [("jobs.json", """{"ship-NAME": {"after": ["test"], "off": false}, "test": {"after": ["build", "data"], "off": false}, "build": {"after": ["fetch"], "off": false}, "clean-NUMBER": {"after": ["ship-NAME"], "off": true}, "data": {"after": ["fetch"], "off": false}, "fetch": {"after": [], "off": false}}""")],
            new("jobs.json names jobs, and those that each has to come after. Write order.txt: a job a line, each after all that it has to come after, without those that are off.",
                "o = open('order.txt').read().split()\nassert sorted(o) == sorted(['ship-NAME', 'test', 'build', 'data', 'fetch']), o\nfor a, b in [('fetch', 'build'), ('fetch', 'data'), ('build', 'test'), ('data', 'test'), ('test', 'ship-NAME')]: assert o.index(a) < o.index(b), (a, b)",
                "python3 - <<'END'\nimport json\njobs, order = json.load(open('jobs.json')), []\nwhile True:\n    ready = [j for j, v in jobs.items() if not v['off'] and j not in order and all(a in order for a in v['after'])]\n    if not ready: break\n    order.append(ready[0])\nopen('order.txt', 'w').write('\\n'.join(order) + '\\n')\nEND"),
            new("Write the name of the job of jobs.json that is off to off.txt.", "assert open('off.txt').read().strip() == 'clean-NUMBER'", "echo clean-NUMBER > off.txt")),
        new("stock", Split.Test, [("stock.csv", "part,count\nbolt,NUMBER\npart-NAME,7\nnut,3\n"), ("moves.csv", "part,change\npart-NAME,5\nnut,-4\nwasher,NUMBER\nbolt,-2\n"), ("rules.txt", "A part that is not in stock begins at 0. A count never falls below 0: what is missing then goes to missing.csv, as part,count, without a header.\n")],
            new("Make the moves of moves.csv, in their order, by rules.txt. Write stock-new.csv: the header of stock.csv, then all parts, by name. stock.csv stays as it is.",
                "want = ['part,count'] + sorted(['bolt,' + str(NUMBER - 2), 'part-NAME,12', 'nut,0', 'washer,NUMBER'])\nassert open('stock-new.csv').read().split() == want, 'stock-new.csv'\nassert open('missing.csv').read().split() == ['nut,1'], 'missing.csv'\nassert open('stock.csv').read().split()[1] == 'bolt,NUMBER', 'stock.csv'",
                "python3 - <<'END'\nstock = dict(l.split(',') for l in open('stock.csv').read().split()[1:])\nstock = {k: int(v) for k, v in stock.items()}\nmissing = []\nfor line in open('moves.csv').read().split()[1:]:\n    part, change = line.split(',')\n    new = stock.get(part, 0) + int(change)\n    if new < 0: missing.append(f'{part},{-new}')\n    stock[part] = max(0, new)\nopen('stock-new.csv', 'w').write('part,count\\n' + ''.join(f'{k},{v}\\n' for k, v in sorted(stock.items())))\nopen('missing.csv', 'w').write(''.join(m + '\\n' for m in missing))\nEND"),
            new("Write the count of bolt in stock.csv to bolt.txt.", "assert open('bolt.txt').read().strip() == 'NUMBER'", "grep '^bolt,' stock.csv | cut -d, -f2 > bolt.txt")),
        new("trail", Split.Test, [("start.txt", "next: box-NUMBER/1.txt\n"), ("box-NUMBER/1.txt", "word: NAME\nnext: box-NUMBER/7.txt\n"), ("box-NUMBER/2.txt", "word: wrong\nnext: box-NUMBER/1.txt\n"), ("box-NUMBER/7.txt", "word: of\nnext: shelf/CODE.txt\n"), ("box-NUMBER/CODE.txt", "word: nothing\nend\n"), ("shelf/CODE.txt", "word: CODE\nnext: shelf/last.txt\n"), ("shelf/last.txt", "word: here\nend\n")],
            new("start.txt names a file, which names the next, until one says end. Write the words of those on the way to words.txt, in one line, in their order, with a hyphen between.",
                "assert open('words.txt').read().strip() == 'NAME-of-CODE-here', open('words.txt').read()",
                "python3 - <<'END'\nwords, at = [], 'start.txt'\nwhile at:\n    lines = open(at).read().split('\\n')\n    at = ''\n    for l in lines:\n        if l.startswith('word: '): words.append(l[6:])\n        if l.startswith('next: '): at = l[6:]\nopen('words.txt', 'w').write('-'.join(words) + '\\n')\nEND"),
            new("Write the name of the file that start.txt names to first.txt.", "assert open('first.txt').read().strip() == 'box-NUMBER/1.txt'", "sed 's/next: //' start.txt > first.txt")),
        new("settings", Split.Test, [("old.ini", "; of another time\n[server]\nname = NAME\nport = 2NUMBER\nsafe = yes\n\n[cache]\nsize = NUMBER\nsafe = no\nfolder = /tmp/NAME\n")],
            new("Write old.ini as new.json: an object for each section; whole numbers as numbers, yes and no as true and false, all else as text. Remarks are left out.",
                "n = json.load(open('new.json'))\nassert n == {'server': {'name': 'NAME', 'port': 2NUMBER, 'safe': True}, 'cache': {'size': NUMBER, 'safe': False, 'folder': '/tmp/NAME'}}, n\nassert n['server']['safe'] is True and n['cache']['safe'] is False",
                "python3 - <<'END'\nimport configparser, json\nc = configparser.ConfigParser()\nc.read('old.ini')\ndef value(v): return {'yes': True, 'no': False}[v] if v in ('yes', 'no') else int(v) if v.isdigit() else v\njson.dump({s: {k: value(v) for k, v in c[s].items()} for s in c.sections()}, open('new.json', 'w'))\nEND"),
            new("Write the port of old.ini to port.txt.", "assert open('port.txt').read().strip() == '2NUMBER'", "echo 2NUMBER > port.txt")),
        new("edits", Split.Test, [("book.txt", "one\ntwo\nthree\nfour\nfive\n"), ("edits/1.txt", "replace 2\nNAME\n"), ("edits/2.txt", "delete 1\n"), ("edits/3.txt", "insert 3\nCODE\n"), ("edits/10.txt", "replace 5\nNUMBER\n"), ("readme.txt", "Edits are made in the order of their numbers. A line's number is that which it has at that time. insert 3 puts a line before line 3.\n")],
            new("Make the edits to book.txt that lie in edits, as readme.txt says, and write the result to result.txt. book.txt stays as it is.",
                "assert open('result.txt').read().split() == ['NAME', 'three', 'CODE', 'four', 'NUMBER'], open('result.txt').read()\nassert open('book.txt').read().split() == ['one', 'two', 'three', 'four', 'five'], 'book.txt'",
                "python3 - <<'END'\nimport os\nlines = open('book.txt').read().split('\\n')[:-1]\nfor f in sorted(os.listdir('edits'), key=lambda f: int(f[:-4])):\n    edit = open('edits/' + f).read().split('\\n')\n    kind, at = edit[0].split()\n    i = int(at) - 1\n    if kind == 'replace': lines[i] = edit[1]\n    elif kind == 'delete': del lines[i]\n    else: lines.insert(i, edit[1])\nopen('result.txt', 'w').write('\\n'.join(lines) + '\\n')\nEND"),
            new("Write how many files there are in edits to count.txt.", "assert open('count.txt').read().strip() == '4'", "ls edits | wc -l > count.txt")),
        new("map", Split.Test, [("map.txt", Map), ("robot.json", """{"name": "NAME", "charge": NUMBER}""")],
            new("map.txt is a map: walls are #, S is where the robot of robot.json stands, E where it has to be. Write a shortest way to moves.txt, as signs N, S, W, E in one line, and in left.txt the charge that it has left there, where each move takes one.",
                """
                m = '''MAP'''.split()
                y, x = 1, 1
                moves = open('moves.txt').read().strip()
                for c in moves:
                    y, x = y + {'N': -1, 'S': 1}.get(c, 0), x + {'W': -1, 'E': 1}.get(c, 0)
                    assert c in 'NSWE' and m[y][x] != '#', (c, y, x)
                assert m[y][x] == 'E' and len(moves) == 13, moves
                assert open('left.txt').read().strip() == str(NUMBER - 13), 'left.txt'
                """.Replace("MAP", Map, StringComparison.Ordinal).Trim(),
                "python3 - <<'END'\nimport json\nm = open('map.txt').read().split()\nstart = next((y, r.index('S')) for y, r in enumerate(m) if 'S' in r)\ntodo, seen = [(start, '')], {start}\nwhile todo:\n    (y, x), way = todo.pop(0)\n    if m[y][x] == 'E': break\n    for c, (a, b) in {'N': (-1, 0), 'S': (1, 0), 'W': (0, -1), 'E': (0, 1)}.items():\n        p = (y + a, x + b)\n        if m[p[0]][p[1]] != '#' and p not in seen:\n            seen.add(p); todo.append((p, way + c))\nopen('moves.txt', 'w').write(way)\nopen('left.txt', 'w').write(str(json.load(open('robot.json'))['charge'] - len(way)))\nEND"),
            new("Write how many lines map.txt has to lines.txt.", "assert open('lines.txt').read().split()[0] == '7'", "wc -l < map.txt > lines.txt")),
    ];
}
