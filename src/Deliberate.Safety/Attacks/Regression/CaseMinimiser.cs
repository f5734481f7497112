using System.Globalization;
using System.Runtime.CompilerServices;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>
/// Makes a success smaller by delta debugging: the transforms of a chain; of any other attack the turns before the last one, in pairs, and the
/// words or sentences of the last one around the goal's own words. A part may go where the judge still finds a success in one of two tries.
/// </summary>
internal sealed class CaseMinimiser(EvaluationModel model, AttackJudge judge, ModelOptions options, ulong seed, int budget)
{
    private const int Tries = 2, MostWords = 48;

    private static readonly char[] Ends = ['.', '!', '?', '\n', ';'];

    /// <param name="of">Whole, with the messages that worked.</param>
    /// <param name="chain">Of its attempt; empty where it is none.</param>
    /// <param name="variant">Of the chain's random numbers.</param>
    public async Task<RegressionCase> MinimiseAsync(RegressionCase of, IReadOnlyList<string> chain, int variant, CancellationToken cancellation)
    {
        var asked = new StrongBox<int>();
        if (chain.Count > 0)
        {
            var (left, isMinimal) = await DeltaDebugging.MinimiseAsync(chain, some => WorksAsync(of, Chained(of, some, variant), asked, cancellation), budget / Tries).ConfigureAwait(false);
            return of with { Chain = left, Messages = Chained(of, left, variant), Parts = (chain.Count, left.Count, isMinimal) };
        }

        var parts = PartsOf(of);
        var (kept, isLeast) = await DeltaDebugging.MinimiseAsync(parts, some => WorksAsync(of, Joined(of, some), asked, cancellation), budget / Tries).ConfigureAwait(false);
        return of with { Messages = Joined(of, kept), Parts = (parts.Count, kept.Count, isLeast) };
    }

    private IReadOnlyList<ChatMessage> Chained(RegressionCase of, IReadOnlyList<string> chain, int variant) =>
        chain.Count == 0 ? GeneratedItems.Ask(of.Goal.Request) : TransformAttack.Apply(PromptTransforms.Get(string.Join(ComposedTransform.Joint, chain)), of.Goal, seed, variant);

    private async Task<bool> WorksAsync(RegressionCase of, IReadOnlyList<ChatMessage> messages, StrongBox<int> count, CancellationToken cancellation)
    {
        // Nothing is no question.
        if (string.IsNullOrWhiteSpace(messages[^1].Content)) return false;
        for (var tried = 0; tried < Tries; tried++)
        {
            var number = count.Value++;
            var asked = options with { Stream = (AttackContext.KeyOf(of.Id), ((long)number << 32) + 1), Asker = (string.Create(CultureInfo.InvariantCulture, $"{of.Id}+minimise"), 0, number) };
            ModelAnswer answer;
            try
            {
                answer = AttackJudge.Whole(messages, await model.AskAsync(messages, asked, cancellation).ConfigureAwait(false));
            }
            catch (Exception error) when (error is UserError or ProviderFailure { Kind: ProviderFailureKind.Malformed or ProviderFailureKind.Refused })
            {
                // A conversation that provider or template does not take, such as one whose turns no longer alternate, is no smaller case.
                return false;
            }

            if ((await judge.JudgeAsync(of.Goal, answer, number, cancellation).ConfigureAwait(false)).Outcome == AttemptOutcome.Success) return true;
            if (options.Temperature == 0) return false;
        }

        return false;
    }

    /// <summary>A part is a pair of turns before the last, by its place, or a piece of the last turn's text.</summary>
    private sealed record Part(int Turn, string Text);

    private static List<Part> PartsOf(RegressionCase of)
    {
        var parts = new List<Part>();
        for (var i = 0; i + 1 < of.Messages.Count; i += 2) parts.Add(new Part(i, ""));
        parts.AddRange(Pieces(of).Select(text => new Part(-1, text)));
        return parts;
    }

    /// <summary>The last turn in pieces that may go; the goal's own words, where they stand in it as they are, are none of them.</summary>
    private static IEnumerable<string> Pieces(RegressionCase of)
    {
        var (text, goal) = (of.Messages[^1].Content, of.Goal.Request);
        var at = text.IndexOf(goal, StringComparison.Ordinal);
        if (of.Messages[^1].Role != "user") return [];
        return at < 0 ? Cut(text) : [.. Cut(text[..at]), .. Cut(text[(at + goal.Length)..])];
    }

    private static IEnumerable<string> Cut(string text)
    {
        if (text.Count(c => c == ' ') <= MostWords) return Split(text, c => c == ' ');
        return Split(text, c => Ends.Contains(c));
    }

    /// <summary>Pieces that together are the text, each behind an end.</summary>
    private static List<string> Split(string text, Func<char, bool> isEnd)
    {
        var (pieces, from) = (new List<string>(), 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (!isEnd(text[i])) continue;
            pieces.Add(text[from..(i + 1)]);
            from = i + 1;
        }

        if (from < text.Length) pieces.Add(text[from..]);
        return pieces;
    }

    private static IReadOnlyList<ChatMessage> Joined(RegressionCase of, IReadOnlyList<Part> kept)
    {
        var turns = kept.Where(p => p.Turn >= 0).SelectMany(p => of.Messages.Skip(p.Turn).Take(Math.Min(2, of.Messages.Count - 1 - p.Turn)));
        var last = of.Messages[^1];
        if (last.Role != "user") return [.. turns, last];
        var (text, goal) = (last.Content, of.Goal.Request);
        var at = text.IndexOf(goal, StringComparison.Ordinal);
        if (at < 0) return [.. turns, last with { Content = string.Concat(kept.Where(p => p.Turn < 0).Select(p => p.Text)) }];
        // In their order, those before the goal's words first: the same pieces may stand on both sides.
        var before = Cut(text[..at]).ToList();
        var (left, place) = (new List<string>(), 0);
        var pieces = kept.Where(p => p.Turn < 0).ToList();
        while (place < pieces.Count && before.IndexOf(pieces[place].Text) is >= 0 and var found)
        {
            left.Add(pieces[place++].Text);
            before.RemoveRange(0, found + 1);
        }

        return [.. turns, last with { Content = string.Concat(left) + goal + string.Concat(pieces.Skip(place).Select(p => p.Text)) }];
    }
}
