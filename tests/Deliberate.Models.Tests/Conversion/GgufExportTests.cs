using Deliberate.Core;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>GGUF files that are written here, read back. Whether llama.cpp takes them is tested in Deliberate.Interop.Tests.</summary>
public sealed class GgufExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Folders() => [.. GoldenModelTests.Folders().Where(f => f != "smollm3_nope")];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Folders))]
    public void An_F32_file_reads_back_as_the_same_model(string folder)
    {
        using var original = PretrainedModel.Open(FixtureModels.Folder(folder));
        var path = _folder.File("model.gguf");
        GgufExport.Write(path, original, FileStorage.F32).Count.ShouldBe(folder == "mistral_sliding" ? 1 : 0);
        using var read = PretrainedModel.Open(path);
        var (was, now) = (original.Configuration, read.Configuration);
        var isMistral = folder == "mistral_sliding";
        // The one is Llama to llama.cpp, within its window; Gemma's scale is in its queries.
        now.ShouldBe(was with
        {
            Architecture = isMistral ? "llama" : was.Architecture,
            MaxPositions = isMistral ? was.SlidingWindow!.Value : was.MaxPositions,
            SlidingWindow = isMistral ? null : was.SlidingWindow,
            SlidingLayers = isMistral ? [] : was.SlidingLayers,
            AttentionScale = null,
            // The reader takes the settings that Meta publishes for such divisors, or keeps the divisors.
            Rope = was.Rope.Kind == RopeKind.Llama3 ? now.Rope : was.Rope,
        });
        var factor = (float)GgufModelPairs.QueryFactor(was);
        foreach (var parameter in ParameterNames.Of(was))
        {
            var (expected, actual) = (Read(original, parameter.Name), Read(read, parameter.Name));
            var isNorm = was.NormWeightsFromOne && parameter.Name.EndsWith("norm.weight", StringComparison.Ordinal);
            var isScaled = factor != 1 && (was.QueryKeyNorm ? parameter.Name.EndsWith("q_norm.weight", StringComparison.Ordinal) : parameter.Name.Contains(".q_proj.", StringComparison.Ordinal));
            for (var i = 0; i < expected.Length; i++)
            {
                var value = !isScaled ? expected[i] : isNorm ? ((1 + expected[i]) * factor) - 1 : expected[i] * factor;
                if (isNorm) actual[i].ShouldBe(value, 2e-7f, parameter.Name);
                else actual[i].ShouldBe(value, parameter.Name);
            }
        }

        const string Text = "The <|im_start|>cat  saw 123 <think>naïve 日本</think>.";
        read.Text.Tokenizer.Encode(Text, addSpecialTokens: true).ShouldBe(original.Text.Tokenizer.Encode(Text, addSpecialTokens: true));
        read.Text.ChatTemplate?.Source.ShouldBe(original.Text.ChatTemplate?.Source);
        read.Text.StopIds.ShouldBe(original.Text.StopIds);
        if (factor != 1 || isMistral || was.Rope.Kind == RopeKind.Llama3) return;
        using var device = Device.Cpu(1);
        using var before = original.LoadWeights(device);
        using var after = read.LoadWeights(device);
        int[] ids = [5, 40, 100, 300, 7, 9, 250];
        using var first = new EngineRun(before, ids);
        using var second = new EngineRun(after, ids);
        if (was.NormWeightsFromOne) second.Logits(0, ids.Length - 1).ShouldBe(first.Logits(0, ids.Length - 1), 1e-5);
        else second.Logits(0, ids.Length - 1).ShouldBe(first.Logits(0, ids.Length - 1));
    }

    [Theory]
    [InlineData(nameof(FileStorage.F16), 4e-4)]
    [InlineData(nameof(FileStorage.BF16), 3e-3)]
    [InlineData(nameof(FileStorage.Q8_0), 0.006)]
    [InlineData(nameof(FileStorage.Q6_K), 0.02)]
    [InlineData(nameof(FileStorage.Q4_K), 0.08)]
    public void Narrower_files_hold_the_weights_as_nearly_as_their_bits_allow(string storage, double error)
    {
        // Widths of whole blocks of 256.
        var configuration = new ModelConfiguration { Architecture = "llama", VocabularySize = 320, HiddenSize = 256, IntermediateSize = 512, LayerCount = 1, HeadCount = 4, KeyValueHeadCount = 2, HeadSize = 64, EosTokenIds = [2], TieWordEmbeddings = true };
        using var device = Device.Cpu(2);
        using var like = PretrainedModel.Open(FixtureModels.Folder("llama"));
        using (var model = new LanguageModel(device, configuration))
        {
            model.Initialise(1);
            Directory.CreateDirectory(_folder.File("model"));
            ModelWriter.Write(_folder.File("model"), model, like.Text);
        }

        using var original = PretrainedModel.Open(_folder.File("model"));
        var path = _folder.File("model.gguf");
        GgufExport.Write(path, original, Enum.Parse<FileStorage>(storage));
        using var read = PretrainedModel.Open(path);
        foreach (var parameter in ParameterNames.Of(configuration))
        {
            var (expected, actual) = (Read(original, parameter.Name), Read(read, parameter.Name));
            if (parameter.Shape.Count == 1) actual.ShouldBe(expected);
            var (off, size) = (expected.Zip(actual, (a, b) => (double)(a - b) * (a - b)).Sum(), expected.Sum(a => (double)a * a));
            Math.Sqrt(off / size).ShouldBeLessThan(error, parameter.Name);
        }

        // What was written and read is written again as the same bytes' values.
        GgufExport.Write(_folder.File("again.gguf"), read, Enum.Parse<FileStorage>(storage));
        using var again = PretrainedModel.Open(_folder.File("again.gguf"));
        var name = "model.layers.0.mlp.up_proj.weight";
        if (storage is "F16" or "BF16" or "Q8_0") Read(again, name).ShouldBe(Read(read, name));
    }

    [Fact]
    public void Rows_that_are_no_whole_blocks_take_the_next_type_that_fits()
    {
        using var original = PretrainedModel.Open(FixtureModels.Folder("llama"));
        GgufExport.Write(_folder.File("a.gguf"), original, FileStorage.Q4_K);
        using var file = GgufFile.Open(_folder.File("a.gguf"));
        // 64 is a multiple of 32, 72 of neither.
        file.Info("blk.0.attn_q.weight").Type.ShouldBe(StoredType.Q5_0);
        file.Info("token_embd.weight").Type.ShouldBe(StoredType.Q8_0);
        file.Info("blk.0.ffn_down.weight").Type.ShouldBe(StoredType.F16);
        file.Info("blk.0.attn_norm.weight").Type.ShouldBe(StoredType.F32);
    }

    [Fact]
    public void What_llama_cpp_has_no_words_for_is_refused()
    {
        using var smol = PretrainedModel.Open(FixtureModels.Folder("smollm3_nope"));
        Should.Throw<UserError>(() => GgufExport.Write(_folder.File("a.gguf"), smol, FileStorage.F32)).Message.ShouldContain("every fourth");
        File.Exists(_folder.File("a.gguf")).ShouldBeFalse();
        using var llama = PretrainedModel.Open(FixtureModels.Folder("llama"));
        Should.Throw<UserError>(() => ModelWriter.Write(_folder.File("a"), llama, FileStorage.Q8_0)).Field.ShouldBe("--type");
        Directory.Exists(_folder.File("a")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("unigram", "Unigram")]
    [InlineData("gpt2_prefix_space", "no name for this pre-tokenizer")]
    [InlineData("sp_metaspace_first", "")]
    public void Tokenizers_that_it_cannot_have_are_refused_with_the_reason(string kind, string reason)
    {
        _folder.CopyInto("llama");
        var tokenizer = Tokenizer.Load(SharedFolder.Path("fixtures", "tokenizers", kind));
        tokenizer.Save(_folder.File("tokenizer.json"));
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(_folder.File("config.json")))!;
        config["vocab_size"] = tokenizer.VocabularySize;
        File.WriteAllText(_folder.File("config.json"), config.ToJsonString());
        File.WriteAllText(_folder.File("tokenizer_config.json"), "{}");
        using (var model = new LanguageModel(Device.Cpu(1), ModelConfiguration.Load(_folder.Path)))
        {
            model.Initialise(1);
            ModelWriter.WriteWeights(_folder.File("model.safetensors"), model);
        }

        using var opened = PretrainedModel.Open(_folder.Path);
        var error = Should.Throw<UserError>(() => GgufExport.Write(_folder.File("a.gguf"), opened, FileStorage.F32));
        error.Message.ShouldContain("llama.cpp cannot have this tokenizer");
        error.Message.ShouldContain(reason);
    }

    [Fact]
    public void Rows_of_the_embedding_that_no_piece_has_have_scores_too()
    {
        _folder.CopyInto("llama");
        foreach (var name in new[] { "generation_config.json", "chat_template.jinja" }) File.Delete(_folder.File(name));
        _folder.Write("tokenizer_config.json", "{}");
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(_folder.File("config.json")))!;
        config["bos_token_id"] = 1;
        config["pad_token_id"] = null;
        _folder.Write("config.json", config.ToJsonString());
        SentencePieces pieces = new()
        {
            Pieces = [new("<unk>", 0, PieceType.Unknown), new("<s>", 0, PieceType.Control), new("</s>", 0, PieceType.Control), new("▁", -9), new("a", -9), new("b", -9), new("ab", -1), new("▁ab", -2)],
            UnknownId = 0,
            BeginId = 1,
        };
        pieces.ToTokenizer(null, "").Save(_folder.File("tokenizer.json"));
        using var original = PretrainedModel.Open(_folder.Path);
        var path = _folder.File("a.gguf");
        GgufExport.Write(path, original, FileStorage.F32);
        using (var file = GgufFile.Open(path)) GgufTokenizer.Read(file).Scores.ShouldNotBeNull().Length.ShouldBe(original.Configuration.VocabularySize);
        using var read = PretrainedModel.Open(path);
        read.Text.Tokenizer.Encode("ab b abab", addSpecialTokens: true).ShouldBe(original.Text.Tokenizer.Encode("ab b abab", addSpecialTokens: true));
    }

    private static float[] Read(PretrainedModel model, string name)
    {
        var values = new float[model.Weights.Info(name).Count];
        model.Weights.Read(name, values);
        return values;
    }
}
