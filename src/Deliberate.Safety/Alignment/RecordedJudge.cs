using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Deliberate.Safety;

/// <summary>A judgement as it is kept.</summary>
/// <param name="Key">Hash over judge, specification, case and number.</param>
/// <param name="Judgement">What was said.</param>
internal sealed record JudgementRecord(string Key, Judgement Judgement);

/// <summary>How many judgements ended in which way.</summary>
internal sealed record JudgeCounts(int Judged, int Refused, int Nonsense, int Failed)
{
    public int All => Judged + Refused + Nonsense + Failed;

    /// <summary>Share of refusals and nonsense.</summary>
    public double ProvokedShare => All == 0 ? 0 : (double)(Refused + Nonsense) / All;
}

/// <summary>
/// A judge asked k times, the least of which counts. Each judgement is written before it is used, and one that is there is not asked for
/// again: a run that goes on sees the very judgements that it saw before, whatever the judge would say now. Judgements that failed are asked
/// for again where the run goes on.
/// </summary>
internal sealed class RecordedJudge : IDisposable
{
    private readonly IPolicyJudge _judge;
    private readonly string _scope;
    private readonly int _samples;
    private readonly RecordFile<JudgementRecord> _file;
    private readonly Dictionary<string, Judgement> _known = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="judge">Owned.</param>
    /// <param name="specification">Its hash.</param>
    /// <param name="samples">k.</param>
    /// <param name="path">Where judgements are kept.</param>
    public RecordedJudge(IPolicyJudge judge, string specification, int samples, string path)
    {
        (_judge, _scope, _samples) = (judge, $"{judge.Identity}\n{specification}", samples);
        _file = RecordFile<JudgementRecord>.Open(path, 1, out var known);
        foreach (var record in known) _known[record.Key] = record.Judgement;
    }

    public string Identity => _judge.Identity;

    /// <summary>Of all judgements that are kept.</summary>
    public JudgeCounts Counts
    {
        get
        {
            int Of(JudgementOutcome outcome) => _known.Values.Count(j => j.Outcome == outcome);
            return new JudgeCounts(Of(JudgementOutcome.Judged), Of(JudgementOutcome.Refused), Of(JudgementOutcome.Nonsense), Of(JudgementOutcome.Failed));
        }
    }

    /// <summary>The least of k judgements of each case.</summary>
    public async Task<IReadOnlyList<Judgement>> LeastAsync(IReadOnlyList<JudgedCase> cases, CancellationToken cancellation) =>
        [.. (await AllAsync(cases, cancellation).ConfigureAwait(false)).Select(Judgement.Least)];

    /// <summary>All k judgements of each case.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<Judgement>>> AllAsync(IReadOnlyList<JudgedCase> cases, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var keys = cases.Select(one => Enumerable.Range(0, _samples).Select(number => Key(one, number)).ToArray()).ToArray();
            var open = new List<(JudgedCase Case, int Number, string Key)>();
            var asked = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (i, one) in cases.Index())
            {
                for (var number = 0; number < _samples; number++)
                    if ((!_known.TryGetValue(keys[i][number], out var there) || there.Outcome == JudgementOutcome.Failed) && asked.Add(keys[i][number])) open.Add((one, number, keys[i][number]));
            }

            if (open.Count > 0)
            {
                var said = await _judge.JudgeAsync([.. open.Select(o => (o.Case, o.Number))], cancellation).ConfigureAwait(false);
                var records = open.Zip(said, (o, j) => new JudgementRecord(o.Key, j)).ToArray();
                _file.Append(records);
                foreach (var record in records) _known[record.Key] = record.Judgement;
            }

            return [.. keys.Select(k => (IReadOnlyList<Judgement>)[.. k.Select(key => _known[key])])];
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _turn.Dispose();
        _judge.Dispose();
    }

    private string Key(JudgedCase one, int number)
    {
        string[] parts = [_scope, one.Category, one.Prompt, one.Thought is null ? "hidden" : "thought\n" + one.Thought, one.Answer, one.Side ?? "", one.Ideal?.ToString() ?? "", number.ToString(CultureInfo.InvariantCulture)];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u0001', parts))))[..32];
    }
}
