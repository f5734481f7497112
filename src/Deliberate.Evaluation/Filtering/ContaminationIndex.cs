using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// Runs of words of every test that is there, to be looked for in data that is to be trained on. An item is found by any 13 words in a row of
/// what it asks (GPT-3, arXiv 2005.14165, appendix C), a shorter one by all of its words, if those are at least six. Runs that many items of a
/// task share are its template, and no sign of it.
/// </summary>
internal sealed class ContaminationIndex(int ngram)
{
    /// <summary>Items of fewer words would be found everywhere.</summary>
    private const int LeastWords = 6;

    /// <summary>A run in more of a task's items than this share, and than <see cref="FewItems"/>, is its template.</summary>
    private const double TemplateShare = 0.1;

    private const int FewItems = 3;

    private readonly Dictionary<ulong, int> _runs = [];
    private readonly List<(string Task, string Id)> _items = [];
    private readonly SortedSet<int> _lengths = [];

    /// <summary>Tasks that were read, with their items, and those of them too short to be looked for.</summary>
    public List<(string Task, int Items, int TooShort)> Tasks { get; } = [];

    /// <summary>Tasks that could not be read, and why.</summary>
    public List<(string Task, string Why)> Missing { get; } = [];

    /// <summary>Reads every task whose data the folder has.</summary>
    public static async Task<ContaminationIndex> Of(string? data, IEnumerable<string> files, int ngram, CancellationToken cancellation)
    {
        var index = new ContaminationIndex(ngram);
        var context = new TaskContext { DataFolder = data };
        if (data is not null)
        {
            foreach (var task in EvaluationTasks.All.Where(t => t.Source is not null))
            {
                try
                {
                    await index.Add(task, context, cancellation).ConfigureAwait(false);
                }
                catch (UserError missing)
                {
                    index.Missing.Add((task.Name, missing.Problem));
                }
            }
        }

        foreach (var file in files) await index.Add(ProblemsTask.Of(file), context, cancellation).ConfigureAwait(false);
        return index;
    }

    /// <summary>The first item that shares a run with the words.</summary>
    public (string Task, string Id)? Find(IReadOnlyList<string> words)
    {
        ulong[] hashes = [.. words.Select(WordHash.Of)];
        foreach (var length in _lengths)
            for (var i = 0; i + length <= hashes.Length; i++)
                if (_runs.TryGetValue(WordHash.Run(hashes.AsSpan(i, length)), out var item)) return _items[item];
        return null;
    }

    private async Task Add(EvaluationTask task, TaskContext context, CancellationToken cancellation)
    {
        List<(string Id, List<ulong> Runs, int Length)> items = [];
        var tooShort = 0;
        await foreach (var item in task.Items(context, cancellation).ConfigureAwait(false))
        {
            foreach (var message in item.Messages.Where(m => m.Role == "user"))
            {
                ulong[] hashes = [.. FilteredText.Words(message.Content).Select(WordHash.Of)];
                if (hashes.Length < LeastWords)
                {
                    tooShort++;
                    continue;
                }

                var length = Math.Min(ngram, hashes.Length);
                items.Add((item.Id, [.. Enumerable.Range(0, hashes.Length - length + 1).Select(i => WordHash.Run(hashes.AsSpan(i, length))).Distinct()], length));
            }
        }

        var shared = items.SelectMany(i => i.Runs).GroupBy(run => run).Where(g => g.Count() > Math.Max(FewItems, TemplateShare * items.Count)).Select(g => g.Key).ToHashSet();
        foreach (var (id, runs, length) in items)
        {
            _lengths.Add(length);
            _items.Add((task.Name, id));
            foreach (var run in runs)
                if (!shared.Contains(run)) _runs.TryAdd(run, _items.Count - 1);
        }

        Tasks.Add((task.Name, items.Count + tooShort, tooShort));
    }
}
