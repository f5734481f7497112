using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Interop.Tests;

/// <summary>GGUF files that this program writes, in llama.cpp.</summary>
public sealed class LlamaCppTests : IDisposable
{
    private const int Prompts = 20;
    private const int Tokens = 12;

    private readonly string _scratch = Directory.CreateTempSubdirectory("deliberate-interop-").FullName;

    public static TheoryData<string> Models => [.. InteropModels.Names];

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    /// <summary>
    /// Between the two engines only the order of F32 sums differs, but for Gemma's GELU, which ggml looks up in a table of 16-bit floats.
    /// Where the two best tokens are closer than that, either may come.
    /// </summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void An_F32_file_gives_our_logits_and_our_greedy_tokens(string name)
    {
        var folder = InteropModels.Folder(name, _scratch);
        var path = Path.Combine(_scratch, "model.gguf");
        using (var opened = PretrainedModel.Open(folder)) GgufExport.Write(path, opened, FileStorage.F32);
        using var written = PretrainedModel.Open(path);
        using var device = Device.Cpu(2);
        using var model = written.LoadWeights(device);
        using var theirs = LlamaCpp.Load(path, 128);
        var length = Math.Min(40, written.Configuration.MaxPositions - Tokens);
        var tolerance = written.Configuration.Activation == ActivationKind.TanhGelu ? 2e-2 : 5e-5;
        var (worst, compared, ties) = (0.0, 0, 0);
        for (var i = 0; i < Prompts; i++)
        {
            var stream = new RandomStream(11, StreamStage.Test, problem: i);
            var prompt = Enumerable.Range(0, 1 + (int)(stream.NextDouble() * Math.Min(length, written.Configuration.SlidingWindow is { } w && written.Configuration.Norms == NormPlacement.Before ? w - Tokens : length)))
                .Select(_ => (int)(stream.NextDouble() * written.Configuration.VocabularySize)).ToArray();
            var ours = Ours.Greedy(model, prompt, Tokens);
            int[] all = [.. prompt, .. ours.Ids];
            var logits = theirs.Logits(all);
            var expected = Ours.Logits(model, all);
            for (var t = 0; t < all.Length; t++)
                for (var v = 0; v < expected[t].Length; v++) worst = Math.Max(worst, Math.Abs(expected[t][v] - logits[t][v]));
            compared += all.Length * logits[0].Length;
            var greedy = theirs.Greedy(prompt, Tokens);
            var same = ours.Ids.Zip(greedy).TakeWhile(p => p.First == p.Second).Count();
            if (same == Tokens) continue;
            ours.Margins[same].ShouldBeLessThan(2 * tolerance, $"{name}, prompt {i}: token {same} differs though the best two are {ours.Margins[same]} apart");
            ties++;
        }

        TestContext.Current.SendDiagnosticMessage($"{name}: {Prompts} prompts, {compared} logits, largest difference {worst:0.0e+0}, {ties} near ties");
        worst.ShouldBeLessThan(tolerance, name);
        ties.ShouldBeLessThan(Prompts / 4);
    }

    [Fact]
    public void A_checkpoint_trained_here_has_a_tokenizer_that_it_takes()
    {
        const string Text = "The cat sat on 12 mats. Le café naïve, 日本 — don't!\n\n  Twice  two is 4";
        var tokenizer = BpeTrainer.Train([Text, "The dog sat on the log and the cat on the mat."], 300, ["<|end|>", "<think>", "</think>"], new BpeTrainerOptions { PreTokenizer = "smollm", AllBytes = true });
        var configuration = new ModelConfiguration
        {
            Architecture = "llama", VocabularySize = 320, HiddenSize = 32, IntermediateSize = 48, LayerCount = 1, HeadCount = 2, KeyValueHeadCount = 1, HeadSize = 16, EosTokenIds = [0],
        };
        using var device = Device.Cpu(1);
        using var model = new LanguageModel(device, configuration);
        model.Initialise(1);
        var folder = Path.Combine(_scratch, "trained");
        Directory.CreateDirectory(folder);
        ModelWriter.Write(folder, model, new TextFormat(tokenizer) { SpecialTokens = [new("eos_token", "<|end|>")], StopIds = [0] });
        var path = Path.Combine(_scratch, "trained.gguf");
        using (var opened = PretrainedModel.Open(folder)) GgufExport.Write(path, opened, FileStorage.F16);
        using var theirs = LlamaCpp.Load(path, 128);
        foreach (var text in new[] { Text, "<think>2+2</think>4<|end|>", " a  b", "1234567" }) theirs.Tokenize(text).ShouldBe(tokenizer.Encode(text), text);
    }

    [Fact]
    public void Sentence_pieces_come_out_as_they_went_in()
    {
        var path = SharedFolder.Path("data", "tokenizer_vectors", "llama-spm.gguf");
        using var vocabulary = GgufFile.Open(path);
        var tokenizer = GgufText.ReadTokenizer(vocabulary, GgufTokenizer.Read(vocabulary)).Tokenizer;
        var configuration = new ModelConfiguration
        {
            Architecture = "llama", VocabularySize = tokenizer.VocabularySize, HiddenSize = 32, IntermediateSize = 48, LayerCount = 1, HeadCount = 2, KeyValueHeadCount = 1, HeadSize = 16, BosTokenId = 1, EosTokenIds = [2], TieWordEmbeddings = true,
        };
        using var device = Device.Cpu(1);
        using var model = new LanguageModel(device, configuration);
        model.Initialise(1);
        var folder = Path.Combine(_scratch, "pieces");
        Directory.CreateDirectory(folder);
        ModelWriter.Write(folder, model, new TextFormat(tokenizer) { SpecialTokens = [new("bos_token", "<s>"), new("eos_token", "</s>")], StopIds = [2] });
        var written = Path.Combine(_scratch, "pieces.gguf");
        using (var opened = PretrainedModel.Open(folder)) GgufExport.Write(written, opened, FileStorage.Q8_0);
        using var theirs = LlamaCpp.Load(written, 128);
        var texts = File.ReadAllText(SharedFolder.Path("data", "tokenizer_vectors", "llama-spm.inp")).Split("\n__ggml_vocab_test__\n");
        foreach (var text in texts) theirs.Tokenize(text).ShouldBe(tokenizer.Encode(text), text);
        theirs.Tokenize("a", special: true).ShouldBe(tokenizer.Encode("a", addSpecialTokens: true));
    }

    /// <summary>
    /// Of a real model, quantised here: its perplexity in llama.cpp, which rounds activations to 8 bits for these products, against ours
    /// in F32 on the same weights; and what each storage costs against the source.
    /// </summary>
    [Fact]
    public void Quantised_files_of_a_real_model_have_our_perplexity()
    {
        using var source = PretrainedModel.Open(SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        using var device = Device.Cpu(2);
        var text = source.Text.Tokenizer.Encode(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "prose.txt")));
        double plain;
        using (var model = source.LoadWeights(device, WeightStorage.F32)) plain = Ours.Loss(model, text);
        foreach (var (storage, tolerance, cost) in new[] { (FileStorage.F32, 1e-3, 1e-4), (FileStorage.BF16, 0.01, 0.02), (FileStorage.Q8_0, 0.02, 0.03), (FileStorage.Q6_K, 0.03, 0.05), (FileStorage.Q4_K, 0.06, 0.3) })
        {
            var path = Path.Combine(_scratch, $"{storage}.gguf");
            GgufExport.Write(path, source, storage);
            using var written = PretrainedModel.Open(path);
            double ours;
            using (var model = written.LoadWeights(device, WeightStorage.F32)) ours = Ours.Loss(model, text);
            double theirs;
            using (var file = LlamaCpp.Load(path, 512)) theirs = Ours.Loss(file.Logits(text), text);
            TestContext.Current.SendDiagnosticMessage($"{storage}: {new FileInfo(path).Length} bytes, loss of the source {plain:0.0000}, ours {ours:0.0000}, llama.cpp's {theirs:0.0000} nats a token");
            Math.Abs(theirs - ours).ShouldBeLessThan(tolerance, storage.ToString());
            (ours - plain).ShouldBeLessThan(cost, storage.ToString());
            File.Delete(path);
        }
    }
}
