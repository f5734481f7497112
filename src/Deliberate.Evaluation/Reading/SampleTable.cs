using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// What lists are filtered and ordered by, a column a field, for all samples of a log: some sixty bytes a sample. Texts stay in the
/// log. Made by one pass over it, on all cores.
/// </summary>
internal sealed class SampleTable
{
    private readonly Row[] _rows;
    private readonly string[] _tagNames, _scoreNames;

    private SampleTable(Row[] rows, string[] tagNames, string[] scoreNames) => (_rows, _tagNames, _scoreNames) = (rows, tagNames, scoreNames);

    public int Count => _rows.Length;

    /// <summary>Names of tags, in the order of their letters.</summary>
    public IReadOnlyList<string> TagNames => _tagNames;

    /// <summary>Names of scores beside the verdict's value.</summary>
    public IReadOnlyList<string> ScoreNames => _scoreNames;

    public Row this[int sample] => _rows[sample];

    public static SampleTable Of(LogReader log, CancellationToken cancellation = default)
    {
        // Whoever is first past the head takes the next stretch.
        var stretch = Math.Max(64, log.Count / (8 * Environment.ProcessorCount));
        var parts = new List<Row>[(log.Count + stretch - 1) / stretch];
        Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation }, part =>
        {
            var rows = parts[part] = [];
            var pool = new Dictionary<string, string>(StringComparer.Ordinal);
            log.Scan(part * stretch, Math.Min(log.Count, (part + 1) * stretch), (number, record) =>
            {
                if (Read(number, record, pool) is { } row) rows.Add(row);
            });
        });
        // Of two records of one sample the later one holds.
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        var all = parts.SelectMany(p => p).ToList();
        for (var i = 0; i < all.Count; i++) last[all[i].Id] = i;
        var rows = last.Count == all.Count ? all : [.. all.Where((row, i) => last[row.Id] == i)];
        return new SampleTable(
            [.. rows],
            [.. rows.SelectMany(r => r.Tags).Select(t => t.Name).Distinct().Order(StringComparer.Ordinal)],
            [.. rows.SelectMany(r => r.Scores).Select(s => s.Name).Distinct().Order(StringComparer.Ordinal)]);
    }

    private static Row? Read(int number, ReadOnlySpan<byte> record, Dictionary<string, string> pool)
    {
        var json = new Utf8JsonReader(record);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return null;
        var row = new Row { Record = number };
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("kind"u8))
            {
                json.Read();
                if (!json.ValueTextEquals(SampleLog.SampleKind)) return null;
            }
            else if (json.ValueTextEquals("id"u8))
            {
                json.Read();
                row.Id = json.GetString() ?? "";
            }
            else if (json.ValueTextEquals("body"u8))
            {
                json.Read();
                ReadBody(ref json, row, pool);
            }
            else
            {
                json.Skip();
            }
        }

        row.Cluster = row.Cluster.Length > 0 ? row.Cluster : LoggedSample.Part(row.Id).Item;
        return row;
    }

    private static void ReadBody(ref Utf8JsonReader json, Row row, Dictionary<string, string> pool)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("verdict"u8))
            {
                json.Read();
                ReadVerdict(ref json, row, pool);
            }
            else if (json.ValueTextEquals("tags"u8))
            {
                json.Read();
                row.Tags = Pairs(ref json, pool, static (ref Utf8JsonReader value, Dictionary<string, string> known) => Pooled(value.TokenType == JsonTokenType.String ? value.GetString()! : "", known));
            }
            else if (json.ValueTextEquals("completion_tokens"u8))
            {
                json.Read();
                row.Tokens = json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var tokens) ? tokens : 0;
            }
            else if (json.ValueTextEquals("cluster"u8))
            {
                json.Read();
                row.Cluster = json.TokenType == JsonTokenType.String ? Pooled(json.GetString()!, pool) : "";
            }
            else
            {
                json.Skip();
            }
        }
    }

    private static void ReadVerdict(ref Utf8JsonReader json, Row row, Dictionary<string, string> pool)
    {
        if (json.TokenType != JsonTokenType.StartObject) return;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("outcome"u8))
            {
                json.Read();
                row.Outcome = LoggedSample.OutcomeOf(Pooled(json.GetString() ?? "", pool));
            }
            else if (json.ValueTextEquals("value"u8))
            {
                json.Read();
                row.Value = json.TokenType == JsonTokenType.Number ? json.GetDouble() : double.NaN;
            }
            else if (json.ValueTextEquals("scores"u8))
            {
                json.Read();
                row.Scores = ReadScores(ref json, pool);
            }
            else
            {
                json.Skip();
            }
        }
    }

    private static (string, double)[] ReadScores(ref Utf8JsonReader json, Dictionary<string, string> pool)
    {
        var scores = new List<(string, double)>();
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            var (name, value) = ("", double.NaN);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var (isName, isValue) = (json.ValueTextEquals("name"u8), json.ValueTextEquals("value"u8));
                json.Read();
                if (isName && json.TokenType == JsonTokenType.String) name = Pooled(json.GetString()!, pool);
                else if (isValue && json.TokenType == JsonTokenType.Number) value = json.GetDouble();
                else json.Skip();
            }

            scores.Add((name, value));
        }

        return [.. scores];
    }

    private delegate T ReadValue<T>(ref Utf8JsonReader json, Dictionary<string, string> pool);

    private static (string, T)[] Pairs<T>(ref Utf8JsonReader json, Dictionary<string, string> pool, ReadValue<T> read)
    {
        var pairs = new List<(string, T)>();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return [];
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Pooled(json.GetString()!, pool);
            json.Read();
            pairs.Add((name, read(ref json, pool)));
            json.Skip();
        }

        return [.. pairs];
    }

    /// <summary>The same words come with every sample: one copy of each is enough.</summary>
    private static string Pooled(string text, Dictionary<string, string> pool)
    {
        if (pool.TryGetValue(text, out var known)) return known;
        pool[text] = text;
        return text;
    }

    /// <summary>A sample without its texts.</summary>
    internal sealed class Row
    {
        public int Record { get; init; }

        public string Id { get; set; } = "";

        public string Cluster { get; set; } = "";

        public SampleOutcome Outcome { get; set; } = SampleOutcome.HarnessError;

        public double Value { get; set; }

        public int Tokens { get; set; }

        public (string Name, string Value)[] Tags { get; set; } = [];

        public (string Name, double Value)[] Scores { get; set; } = [];

        public string Item => LoggedSample.Part(Id).Item;

        public string? Tag(string name)
        {
            foreach (var tag in Tags)
                if (tag.Name == name) return tag.Value;
            return null;
        }

        public double Score(string name)
        {
            foreach (var score in Scores)
                if (score.Name == name) return score.Value;
            return double.NaN;
        }
    }
}
