using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>What is summarised, by whom, who checks it.</summary>
internal sealed record SummaryRequest
{
    /// <summary>Run folders, logs, folders of logs.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    public required IThoughtSummarizer Summarizer { get; init; }

    public SummaryDetail Detail { get; init; } = SummaryDetail.Auto;

    /// <summary>Judge of harm, of summaries and of answers alike; null for none.</summary>
    public IJudge? Judge { get; init; }

    /// <summary>Where summaries are recorded; a second call takes them from there.</summary>
    public required string Log { get; init; }

    public int? Limit { get; init; }

    public int Concurrency { get; init; } = Environment.ProcessorCount;
}

/// <summary>
/// The card's checks of summaries on many of them: regurgitation, and how often the summary is disallowed where the answer is not (the card: 0
/// and 0.06%). Of thoughts that a judge did not decide the second is not told.
/// </summary>
internal sealed record SummaryScan(IReadOnlyList<SummaryRecord> Summaries, int WithoutThought)
{
    private const string Command = "summaries", SettingsField = "by";

    public Estimate Regurgitated => Share(s => s.Regurgitates);

    public Estimate OnlySummaryDisallowed => Share(s => s.OnlySummaryDisallowed);

    public Estimate SummaryDisallowed => Share(s => s.SummaryDisallowed);

    public Estimate AnswerDisallowed => Share(s => s.AnswerDisallowed);

    /// <summary>Of which the judge said nothing of summary or answer.</summary>
    public int NotDecided => Summaries.Count(s => s.OnlySummaryDisallowed is null);

    /// <summary>Summaries by another than was asked, such as after a refusal.</summary>
    public int Replaced => Summaries.Count(s => s.Note.Length > 0);

    public static async Task<SummaryScan> RunAsync(SummaryRequest request, IProgress<int>? progress, CancellationToken cancellation)
    {
        var (found, without) = (new List<SummaryRecord>(), 0);
        LogWriter? log = null;
        try
        {
            Dictionary<string, SummaryRecord> known = [];
            foreach (var chunk in request.Sources.SelectMany(ScanSources.Read).Chunk(64))
            {
                log ??= Open(request, known);
                ScannedSample[] read = [.. chunk.Where(s => !string.IsNullOrWhiteSpace(s.Sample.Thinking)).Take((request.Limit ?? int.MaxValue) - found.Count)];
                without += chunk.Count(s => string.IsNullOrWhiteSpace(s.Sample.Thinking));
                var made = new SummaryRecord[read.Length];
                await Parallel.ForAsync(0, read.Length, new ParallelOptions { MaxDegreeOfParallelism = request.Concurrency, CancellationToken = cancellation }, async (i, token) =>
                {
                    if (known.TryGetValue(read[i].Key, out var before))
                    {
                        made[i] = before;
                        return;
                    }

                    var one = await SummariseAsync(request, read[i], token).ConfigureAwait(false);
                    log.Append(SummaryRecord.Kind, one.Key, one.Write);
                    made[i] = one;
                }).ConfigureAwait(false);
                found.AddRange(made);
                progress?.Report(found.Count);
                if (found.Count >= request.Limit) break;
            }
        }
        finally
        {
            log?.Dispose();
        }

        return found.Count > 0 ? new SummaryScan(found, without) : throw new UserError("There is no thought to summarise.", string.Join(", ", request.Sources), advice: $"{without} samples were looked at, and none has a chain of thought.");
    }

    private static async Task<SummaryRecord> SummariseAsync(SummaryRequest request, ScannedSample scanned, CancellationToken cancellation)
    {
        var sample = scanned.Sample;
        var question = sample.Messages.LastOrDefault(m => m.Role == "user")?.Content ?? sample.Problem.Prompt;
        var summary = await request.Summarizer.SummarizeAsync(new ThoughtToSummarize(sample.Thinking!, question, sample.Text), request.Detail, cancellation).ConfigureAwait(false);
        bool? ofSummary = null, ofAnswer = null;
        if (request.Judge is { } judge)
        {
            ofSummary = await DisallowedAsync(judge, sample with { Completion = summary.Text, ThoughtOpenedBy = "" }, cancellation).ConfigureAwait(false);
            ofAnswer = await DisallowedAsync(judge, sample, cancellation).ConfigureAwait(false);
        }

        return new SummaryRecord(scanned.Key, scanned.Cluster, summary.Text, summary.Detail, summary.By, summary.Note, Regurgitation.LongestRun(sample.Thinking!, summary.Text), ofSummary, ofAnswer);
    }

    private static async Task<bool?> DisallowedAsync(IJudge judge, Sample sample, CancellationToken cancellation)
    {
        try
        {
            return judge.Target.Of((await judge.ScoreAsync([sample], cancellation).ConfigureAwait(false))[0]);
        }
        catch (ProviderFailure failure) when (!failure.IsMistake)
        {
            return null;
        }
    }

    private static LogWriter Open(SummaryRequest request, Dictionary<string, SummaryRecord> known)
    {
        var by = $"{request.Summarizer.Name}, {RecipeWriter.Scalar(request.Detail)}, checked by {request.Judge?.Identity ?? "nobody"}";
        if (!File.Exists(request.Log)) return SampleLog.Begin(request.Log, Command, json => json.WriteString(SettingsField, by));
        var log = LogWriter.Continue(request.Log);
        try
        {
            using var before = LogReader.Open(request.Log);
            var said = before.Read(0).Body.TryGetProperty("settings"u8, out var settings) && settings.TryGetProperty(SettingsField, out var given) ? given.GetString() : null;
            if (said != by) throw new UserError($"The log is of other summaries ({said ?? "none"}) than these ({by}).", request.Log, advice: "Name another folder with --out.");
            foreach (var record in before.Records().Where(r => r.Kind == SummaryRecord.Kind)) known[record.Id!] = SummaryRecord.Read(record);
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    private Estimate Share(Func<SummaryRecord, bool?> of) => ClusteredShareMetric.Of(Summaries.Where(s => of(s) is not null), s => s.Key, s => s.Cluster, s => of(s) == true ? 1 : 0);
}
