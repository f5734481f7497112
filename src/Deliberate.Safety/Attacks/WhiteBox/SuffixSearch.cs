using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>How a search is set.</summary>
/// <param name="Length">Tokens of the suffix.</param>
/// <param name="Candidates">Tried a step.</param>
/// <param name="Best">Of each place so many tokens of the steepest gradient are drawn from.</param>
internal sealed record SuffixSearchOptions(int Length = 16, int Candidates = 64, int Best = 256);

/// <summary>
/// A search for the suffix behind a request with which a target text is likeliest. Greedy coordinate gradient (Zou et al. 2023, arXiv
/// 2307.15043): each candidate changes one token to one of those whose embeddings the gradient favours; without the gradient it is random
/// search (Andriushchenko et al. 2024, arXiv 2404.02151), which changes a few at random. Of a step's candidates, read in one batch behind the
/// shared beginning, the best is kept if it is better than what there was. Only suffixes that a tokenizer gives back as they are count.
/// </summary>
internal sealed class SuffixSearch
{
    /// <summary>Tokens that random search changes at once, at first and at last.</summary>
    private const int MostChanged = 4;

    private readonly WhiteBoxModel _model;
    private readonly SuffixPlace _place;
    private readonly Tokenizer _tokenizer;
    private readonly SuffixSearchOptions _options;
    private readonly bool _usesGradient;
    private readonly int[] _allowed;
    private readonly bool[] _isAllowed;
    private int _step;

    public SuffixSearch(WhiteBoxModel model, SuffixPlace place, Tokenizer tokenizer, SuffixSearchOptions options, bool usesGradient)
    {
        (_model, _place, _tokenizer, _options, _usesGradient) = (model, place, tokenizer, options, usesGradient);
        _isAllowed = [.. Enumerable.Range(0, model.Model.Configuration.VocabularySize).Select(IsWord)];
        _allowed = [.. Enumerable.Range(0, _isAllowed.Length).Where(id => _isAllowed[id])];
        if (_allowed.Length == 0) throw new UserError("the model's vocabulary has no words of which a suffix could be made.");
        Suffix = Begin();
        FirstLoss = Loss = place.Losses(model, [Suffix])[0];
    }

    public int[] Suffix { get; private set; }

    /// <summary>Of the target behind the suffix, nats a token.</summary>
    public double Loss { get; private set; }

    /// <summary>Before the first step.</summary>
    public double FirstLoss { get; }

    public string Text => _tokenizer.Decode(Suffix);

    /// <summary>One step.</summary>
    public void Step(RandomStream random)
    {
        var candidates = Candidates(ref random);
        _step++;
        if (candidates.Count == 0) return;
        var losses = _place.Losses(_model, candidates);
        var best = 0;
        for (var i = 1; i < losses.Length; i++)
            if (losses[i] < losses[best]) best = i;
        if (losses[best] < Loss) (Suffix, Loss) = (candidates[best], losses[best]);
    }

    /// <summary>The likeliest replacements of each place: tokens in the order of the gradient, the most favoured first.</summary>
    internal static int[][] Favoured(float[] gradient, bool[] isAllowed, int places, int best)
    {
        var vocabulary = gradient.Length / places;
        var favoured = new int[places][];
        Parallel.For(0, places, place =>
        {
            int[] ids = [.. Enumerable.Range(0, vocabulary).Where(id => isAllowed[id])];
            var keys = Array.ConvertAll(ids, id => gradient[(place * vocabulary) + id]);
            Array.Sort(keys, ids);
            favoured[place] = ids[..Math.Min(best, ids.Length)];
        });
        return favoured;
    }

    private List<int[]> Candidates(ref RandomStream random)
    {
        var favoured = _usesGradient ? Favoured(_model.TokenGradient(_place.With(Suffix), _place.Target.Length, _place.Beginning.Length, Suffix.Length), _isAllowed, Suffix.Length, _options.Best) : null;
        // The further it is, the fewer it changes.
        var changed = _usesGradient ? 1 : Math.Max(1, MostChanged - (_step / 10));
        var candidates = new List<int[]>();
        for (var tries = 0; candidates.Count < _options.Candidates && tries < 8 * _options.Candidates; tries++)
        {
            var candidate = (int[])Suffix.Clone();
            for (var i = 0; i < changed; i++)
            {
                var place = random.Next(candidate.Length);
                candidate[place] = random.Pick<int>(favoured is null ? _allowed : favoured[place]);
            }

            if (Survives(candidate)) candidates.Add(candidate);
        }

        return candidates;
    }

    /// <summary>Whether the text of the suffix is read as these tokens.</summary>
    private bool Survives(int[] suffix) => _tokenizer.Encode(_tokenizer.Decode(suffix)).AsSpan().SequenceEqual(suffix);

    /// <summary>Words that begin with a space: they stay apart when they are read again.</summary>
    private bool IsWord(int id)
    {
        if (_tokenizer.IsSpecial(id) || _tokenizer.IdToToken(id) is null) return false;
        var text = _tokenizer.Decode([id]);
        return text.Length > 1 && text[0] == ' ' && text.AsSpan(1).IndexOfAnyExceptInRange('!', '~') < 0;
    }

    private int[] Begin()
    {
        // The same word again and again, one that stays as it is.
        foreach (var id in _allowed.Order())
        {
            int[] suffix = [.. Enumerable.Repeat(id, _options.Length)];
            if (Survives(suffix)) return suffix;
        }

        throw new UserError("no word of the model's vocabulary survives being written and read again.");
    }
}
