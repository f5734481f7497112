using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Deliberate.Models;
using Deliberate.Testing;
using LLama;
using LLama.Common;
using LLama.Native;

namespace Deliberate.Interop.Tests;

/// <summary>
/// Our automaton of grammars against two others: llama.cpp's, which is asked token by token as its sampler is, and xgrammar's. Texts are walked
/// through the grammar at random, and then changed at random: each has to be accepted, or refused, by all three alike.
/// </summary>
public sealed class GrammarOracleTests
{
    private const int Texts = 120, Longest = 60;

    /// <summary>In GBNF, over printable ASCII, so that a byte is a character.</summary>
    private static readonly (string Name, string Grammar)[] s_grammars =
    [
        ("sums", "root ::= sum\nsum ::= product (\" \"? [+-] \" \"? product)*\nproduct ::= factor (\" \"? [*/] \" \"? factor)*\nfactor ::= [0-9]{1,4} | \"(\" sum \")\""),
        ("counted", "root ::= \"a\"{2,5} [x-z]* (\"no\" | \"nod\" | \"node\")? \"!\""),
        ("nested", "root ::= \"{\" (pair (\",\" pair)*)? \"}\"\npair ::= [a-c]+ \":\" (root | [0-9]+ | \"[\" (root (\";\" root)*)? \"]\")"),
        ("negated", "root ::= \"\\\"\" ([^\"\\\\{}] | \"\\\\\" [nt\"])* \"\\\"\" (\" \" root)?"),
        ("ambiguous", "root ::= (word \" \")* word\nword ::= [a-d]+ | [c-f]{2,3} | \"cd\" tail?\ntail ::= \"x\" tail | \"y\""),
    ];

    private static readonly Lazy<IReadOnlyList<(string Grammar, string Text, bool Ours)>> s_cases = new(() => [.. s_grammars.SelectMany(g => Cases(g.Grammar))]);

    [Fact]
    public void Llama_cpp_accepts_what_we_accept_and_nothing_else()
    {
        using var theirs = new LlamaGrammar(SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        foreach (var group in s_cases.Value.GroupBy(c => c.Grammar))
        {
            theirs.Use(group.Key);
            foreach (var (grammar, text, ours) in group) theirs.Accepts(text).ShouldBe(ours, $"{grammar}\n{text}");
        }

        Told("llama.cpp");
    }

    [Fact]
    public async Task Xgrammar_accepts_what_we_accept_and_nothing_else()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "node");
        Assert.SkipWhen(!Directory.Exists(Path.Combine(folder, "node_modules", "@mlc-ai", "web-xgrammar")), "The npm packages are not installed: scripts/interop-tests.sh does that.");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, "grammars.mjs")]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder };
        using var process = Process.Start(start)!;
        var cancelled = TestContext.Current.CancellationToken;
        var errors = process.StandardError.ReadToEndAsync(cancelled);
        await process.StandardInput.WriteAsync(JsonSerializer.Serialize(s_cases.Value.GroupBy(c => c.Grammar).Select(g => new { grammar = g.Key, texts = g.Select(c => c.Text) })));
        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync(cancelled);
        await process.WaitForExitAsync(cancelled);
        process.ExitCode.ShouldBe(0, await errors);
        var theirs = JsonSerializer.Deserialize<bool[]>(said)!;
        foreach (var ((grammar, text, ours), other) in s_cases.Value.Zip(theirs)) other.ShouldBe(ours, $"{grammar}\n{text}");
        theirs.Length.ShouldBe(s_cases.Value.Count);
        Told("xgrammar");
    }

    private static void Told(string who) => TestContext.Current.SendDiagnosticMessage($"{s_cases.Value.Count} texts of {s_grammars.Length} grammars, {s_cases.Value.Count(c => c.Ours)} of them accepted, by us and {who} alike");

    /// <summary>Texts of a grammar, and what becomes of them by a change; with what our automaton says.</summary>
    private static IEnumerable<(string Grammar, string Text, bool Ours)> Cases(string grammar)
    {
        var automaton = new GrammarAutomaton(GrammarNet.Build(OutputGrammar.FromGrammar(grammar).Grammar, static _ => true), TokenTrie.Empty, []);
        var random = new Random(7);
        var texts = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Texts; i++)
        {
            var text = Walk(automaton, random);
            texts.Add(text);
            texts.Add(Changed(text, random));
        }

        texts.Remove("");
        foreach (var text in texts) yield return (grammar, text, automaton.After(automaton.Start, Encoding.UTF8.GetBytes(text)) is { Accepts: true });
    }

    private static string Walk(GrammarAutomaton automaton, Random random)
    {
        var text = new StringBuilder();
        var state = automaton.Start;
        while (text.Length < Longest && !(state.Accepts && random.Next(6) == 0))
        {
            var may = Enumerable.Range(' ', 95).Where(b => automaton.After(state, [(byte)b]) is not null).ToArray();
            if (may.Length == 0) break;
            var next = may[random.Next(may.Length)];
            text.Append((char)next);
            state = automaton.After(state, [(byte)next])!;
        }

        return text.ToString();
    }

    private static string Changed(string text, Random random)
    {
        if (text.Length == 0) return "q";
        var at = random.Next(text.Length);
        return random.Next(4) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, ((char)random.Next(' ', 127)).ToString()),
            2 => text[..at],
            // A character that stands elsewhere in it is the likelier mistake.
            _ => text[..at] + text[random.Next(text.Length)] + text[(at + 1)..],
        };
    }

    /// <summary>llama.cpp's grammar as a sampler: a token that may not come has no score left.</summary>
    private sealed class LlamaGrammar : IDisposable
    {
        private readonly LLamaWeights _weights;
        private SafeLLamaSamplerChainHandle? _chain;

        public LlamaGrammar(string path)
        {
            LlamaCpp.EnsureLoaded();
            _weights = LLamaWeights.LoadFromFile(new ModelParams(path) { VocabOnly = true, GpuLayerCount = 0 });
        }

        public void Use(string grammar)
        {
            _chain?.Dispose();
            _chain = SafeLLamaSamplerChainHandle.Create(LLamaSamplerChainParams.Default());
            _chain.AddGrammar(_weights.NativeHandle, grammar, "root");
        }

        public bool Accepts(string text)
        {
            _chain!.Reset();
            foreach (var token in _weights.Tokenize(text, false, false, Encoding.UTF8))
            {
                if (!MayCome(token)) return false;
                _chain.Accept(token);
            }

            return MayCome((LLamaToken)_weights.Vocab.EOS!.Value);
        }

        public void Dispose()
        {
            _chain?.Dispose();
            _weights.Dispose();
        }

        private bool MayCome(LLamaToken token)
        {
            var candidates = new LLamaTokenDataArray(new[] { new LLamaTokenData(token, 1, 0) });
            using var pinned = LLamaTokenDataArrayNative.Create(candidates, out var native);
            _chain!.Apply(ref native);
            return float.IsFinite(native.Data[0].Logit);
        }
    }
}
