using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Deliberate.Server;

/// <summary>
/// What <c>/metrics</c> says, in Prometheus' text format 0.0.4: counts and times of requests, never a word of them. Times are those of whole
/// requests, in wide buckets, so that none tells when a single token of a thought was drawn.
/// </summary>
internal sealed class ApiMetrics
{
    private static readonly double[] Buckets = [0.1, 0.3, 1, 3, 10, 30, 100, 300];

    private readonly ConcurrentDictionary<(string Route, string Model, int Status), long> _requests = [];
    private readonly ConcurrentDictionary<(string Model, string Kind), long> _tokens = [];
    private readonly ConcurrentDictionary<(string Route, string Model), Histogram> _seconds = [];
    private readonly ConcurrentDictionary<(string Model, string What, string Verdict), long> _moderations = [];
    private readonly ConcurrentDictionary<(string Model, string Monitor, string Verdict), long> _monitored = [];
    private readonly ConcurrentDictionary<(string Model, string Monitor, string Finding), long> _findings = [];
    private readonly ConcurrentDictionary<string, long> _changes = [];
    private int _open;

    /// <summary>A model was replaced under the running server.</summary>
    public void CountChange(string model) => _changes.AddOrUpdate(model, 1, static (_, count) => count + 1);

    /// <param name="what">prompt, answer, or a text of <c>/v1/moderations</c>.</param>
    /// <param name="verdict">passed, flagged, blocked, failed.</param>
    public void CountModeration(string model, string what, string verdict) => _moderations.AddOrUpdate((model, what, verdict), 1, static (_, count) => count + 1);

    /// <param name="verdict">clean, flagged, undecided, passed_over.</param>
    /// <param name="finding">Of one that was flagged.</param>
    public void CountMonitored(string model, string monitor, string verdict, string? finding)
    {
        _monitored.AddOrUpdate((model, monitor, verdict), 1, static (_, count) => count + 1);
        if (finding is not null) _findings.AddOrUpdate((model, monitor, finding), 1, static (_, count) => count + 1);
    }

    public void Begin() => Interlocked.Increment(ref _open);

    /// <param name="model">Empty where none was found.</param>
    /// <param name="status">499 where the client went away.</param>
    public void End(string route, string model, int status, AnswerUsage? usage, TimeSpan elapsed)
    {
        Interlocked.Decrement(ref _open);
        _requests.AddOrUpdate((route, model, status), 1, static (_, count) => count + 1);
        _seconds.GetOrAdd((route, model), static _ => new Histogram()).Add(elapsed.TotalSeconds);
        if (usage is not null) CountTokens(model, usage);
    }

    public void CountTokens(string model, AnswerUsage usage)
    {
        Count("prompt", usage.Prompt);
        Count("cached", usage.Cached);
        Count("completion", usage.Completion);
        Count("reasoning", usage.Thinking);

        void Count(string kind, int tokens) => _tokens.AddOrUpdate((model, kind), static (_, more) => more, static (_, count, more) => count + more, tokens);
    }

    /// <param name="stale">Models whose files are not those that are served.</param>
    public string Text(ServedModels models, IReadOnlyDictionary<string, bool>? stale = null)
    {
        var text = new StringBuilder();
        Head("deliberate_requests_total", "counter", "Requests that are over, by route, model and HTTP status; 499 where the client went away.");
        foreach (var ((route, model, status), count) in _requests.OrderBy(r => r.Key)) Line("deliberate_requests_total", count, ("route", route), ("model", model), ("status", status.ToString(CultureInfo.InvariantCulture)));
        Head("deliberate_tokens_total", "counter", "Tokens by model and kind: prompt, of these cached; completion, of these reasoning.");
        foreach (var ((model, kind), count) in _tokens.OrderBy(t => t.Key)) Line("deliberate_tokens_total", count, ("model", model), ("kind", kind));
        Head("deliberate_request_seconds", "histogram", "Seconds from a request's first byte to its answer's last.");
        foreach (var ((route, model), histogram) in _seconds.OrderBy(s => s.Key))
        {
            var (counts, sum) = histogram.Read();
            var total = 0L;
            for (var i = 0; i <= Buckets.Length; i++)
                Line("deliberate_request_seconds_bucket", total += counts[i], ("route", route), ("model", model), ("le", i < Buckets.Length ? Buckets[i].ToString(CultureInfo.InvariantCulture) : "+Inf"));
            Line("deliberate_request_seconds_sum", sum, ("route", route), ("model", model));
            Line("deliberate_request_seconds_count", total, ("route", route), ("model", model));
        }

        Head("deliberate_moderations_total", "counter", "What the moderator said of prompts, answers and texts of /v1/moderations.");
        foreach (var ((model, what, verdict), count) in _moderations.OrderBy(m => m.Key)) Line("deliberate_moderations_total", count, ("model", model), ("what", what), ("verdict", verdict));
        Head("deliberate_monitored_thoughts_total", "counter", "What monitors said of thoughts; passed_over where more came than they read.");
        foreach (var ((model, monitor, verdict), count) in _monitored.OrderBy(m => m.Key)) Line("deliberate_monitored_thoughts_total", count, ("model", model), ("monitor", monitor), ("verdict", verdict));
        Head("deliberate_monitor_findings_total", "counter", "What was found in the thoughts that were flagged.");
        foreach (var ((model, monitor, finding), count) in _findings.OrderBy(m => m.Key)) Line("deliberate_monitor_findings_total", count, ("model", model), ("monitor", monitor), ("finding", finding));
        Head("deliberate_requests_open", "gauge", "Requests that are not over.");
        Line("deliberate_requests_open", Volatile.Read(ref _open));
        Head("deliberate_slots_in_use", "gauge", "Answers that are being drawn.");
        foreach (var entry in models.All) Line("deliberate_slots_in_use", entry.Queue.InWork, ("model", entry.Model.Name));
        Head("deliberate_requests_waiting", "gauge", "Requests that wait for a slot.");
        foreach (var entry in models.All) Line("deliberate_requests_waiting", entry.Queue.Waiting, ("model", entry.Model.Name));
        Head("deliberate_cache_bytes", "gauge", "Memory of keys and values, of earlier prompts too; it grows to its limit.");
        foreach (var entry in models.All) Line("deliberate_cache_bytes", entry.Model.CacheBytes, ("model", entry.Model.Name));
        Head("deliberate_cache_limit_bytes", "gauge", "Most memory of keys and values, but for one step of growth; 0 before the first request.");
        foreach (var entry in models.All) Line("deliberate_cache_limit_bytes", entry.Model.CacheLimitBytes, ("model", entry.Model.Name));
        Head("deliberate_model_changes_total", "counter", "Times that a model was replaced while the server ran.");
        foreach (var (model, count) in _changes.OrderBy(c => c.Key, StringComparer.Ordinal)) Line("deliberate_model_changes_total", count, ("model", model));
        Head("deliberate_model_stale", "gauge", "1 where a model's files are not those that are served.");
        foreach (var (model, isStale) in stale ?? new Dictionary<string, bool>()) Line("deliberate_model_stale", isStale ? 1 : 0, ("model", model));
        return text.ToString();

        void Head(string name, string type, string help) => text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

        void Line(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
        {
            text.Append(name);
            for (var i = 0; i < labels.Length; i++) text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(labels[i].Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
            text.Append(labels.Length > 0 ? "} " : " ").Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }
    }

    private sealed class Histogram
    {
        private readonly long[] _counts = new long[Buckets.Length + 1];
        private double _sum;

        public void Add(double seconds)
        {
            lock (_counts)
            {
                var at = Array.FindIndex(Buckets, b => seconds <= b);
                _counts[at < 0 ? Buckets.Length : at]++;
                _sum += seconds;
            }
        }

        public (long[] Counts, double Sum) Read()
        {
            lock (_counts) return ([.. _counts], _sum);
        }
    }
}
