using System.CommandLine;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>The options of speculative decoding: faster, and the same answers.</summary>
internal sealed class SpeculationOptions
{
    private const int UsualTokens = 6;

    private readonly Option<int> _tokens = CommonOptions.Whole("--speculate", "Guess so many tokens at once while one answer is in work, from what stood before in it and its prompt; 0 for none. The answers do not depend on it.", 0, 0, 32);
    private readonly Option<string?> _draft = new("--draft-model") { HelpName = "model", Description = $"Guess with this smaller model of the same tokenizer, {UsualTokens} tokens at once unless --speculate says otherwise." };

    public IEnumerable<Option> All => [_tokens, _draft];

    /// <summary>Null where nothing is to be guessed.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="threads">That the model runs on: a draft model shares all cores with it.</param>
    /// <param name="draft">Out: the draft model, which the caller disposes of last; null without one.</param>
    public Speculation? Read(ParseResult parsed, int threads, out TextModel? draft)
    {
        var (tokens, path) = (parsed.GetValue(_tokens), parsed.GetValue(_draft));
        draft = null;
        if (path is null) return tokens == 0 ? null : new Speculation { Tokens = tokens };
        if (threads != 0) throw new UserError("a draft model shares all cores with the model.", field: "--draft-model", advice: "Leave out --threads.");
        draft = TextModel.Open(path);
        return new Speculation { Tokens = tokens == 0 ? UsualTokens : tokens, Draft = draft };
    }
}
