using System.Text;
using Deliberate.Core;
using Deliberate.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

/// <summary>Folders without a tokenizer.json: SentencePiece's tokenizer.model and vocabularies of tiktoken.</summary>
public sealed class TokenizerFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_sentence_piece_model_gives_the_ids_of_llama_cpp()
    {
        using var gguf = GgufFile.Open(SharedFolder.Path("data", "tokenizer_vectors", "llama-spm.gguf"));
        var stored = GgufTokenizer.Read(gguf);
        var model = new PieceModelBuilder();
        for (var id = 0; id < stored.Tokens!.Length; id++) model.Piece(stored.Tokens[id], stored.Scores![id], (PieceType)stored.Types![id]);
        _folder.Write("tokenizer.model", model.Bytes(2, Trainer(2)).Bytes(3, Normalizer()).Build());
        var tokenizer = Tokenizer.Load(_folder.Path);
        var texts = File.ReadAllText(SharedFolder.Path("data", "tokenizer_vectors", "llama-spm.inp")).Split("\n__ggml_vocab_test__\n");
        var lines = File.ReadAllLines(SharedFolder.Path("data", "tokenizer_vectors", "llama-spm.out"));
        for (var i = 0; i < lines.Length; i++)
        {
            string.Join(' ', tokenizer.Encode(texts[i])).ShouldBe(lines[i].Trim(), $"of {texts[i]}");
            tokenizer.Decode(tokenizer.Encode(texts[i])).ShouldBe(texts[i]);
        }

        tokenizer.Encode("a", addSpecialTokens: true)[0].ShouldBe(1);
        var again = Tokenizer.FromJson(tokenizer.ToJson());
        foreach (var text in texts) again.Encode(text, addSpecialTokens: true).ShouldBe(tokenizer.Encode(text, addSpecialTokens: true));
        TestContext.Current.TestOutputHelper?.WriteLine($"{lines.Length} texts");
    }

    [Fact]
    public void The_files_beside_a_model_add_tokens_and_say_what_texts_begin_with()
    {
        _folder.Write("tokenizer.model", Small().Build());
        _folder.Write("tokenizer_config.json", """{"add_bos_token":false,"add_eos_token":true,"legacy":false,"added_tokens_decoder":{"8":{"content":"<|end|>","special":true}}}""");
        _folder.Write("added_tokens.json", """{"<extra>":9}""");
        var tokenizer = Tokenizer.Load(_folder.Path);
        tokenizer.Encode("ab<|end|>ab<extra>", addSpecialTokens: true).ShouldBe([6, 8, 5, 9, 2]);
        tokenizer.IsSpecial(8).ShouldBeTrue();
        tokenizer.VocabularySize.ShouldBe(10);
        _folder.Write("tokenizer_config.json", """{"legacy":true,"added_tokens_decoder":{"8":{"content":"<|end|>","special":true}}}""");
        Tokenizer.Load(_folder.Path).Encode("ab<|end|>ab", addSpecialTokens: true).ShouldBe([1, 6, 8, 6]);
    }

    [Fact]
    public void A_Unigram_model_is_the_one_of_its_tokenizer_file()
    {
        var file = Tokenizer.Load(SharedFolder.Path("fixtures", "tokenizers", "unigram_bytes"));
        var vocabulary = (UnigramVocabulary)file.File.Vocabulary;
        var model = new PieceModelBuilder();
        foreach (var (token, id) in vocabulary.Ids.OrderBy(e => e.Value))
            model.Piece(token, vocabulary.Scores[id], id == 0 ? PieceType.Unknown : id == 1 ? PieceType.Control : token.StartsWith("<0x", StringComparison.Ordinal) ? PieceType.Byte : PieceType.Normal);
        _folder.Write("tokenizer.model", model.Bytes(2, Trainer(1)).Bytes(3, Normalizer()).Build());
        _folder.Write("tokenizer_config.json", """{"add_bos_token":false}""");
        var opened = Tokenizer.Load(_folder.Path);
        foreach (var text in new[] { "The cat sat on the mat.", "naïve 日本 words", "a  b", "x🙂y" }) opened.Encode(text).ShouldBe(Encodes(file, text), text);

        // The file's own normalizer joins runs of spaces, and cuts words before the model sees them, which with these scores changes nothing.
        static int[] Encodes(Tokenizer tokenizer, string text) => text.Contains("  ", StringComparison.Ordinal) ? [.. tokenizer.Encode("a"), tokenizer.TokenToId("▁"), .. tokenizer.Encode("b")] : tokenizer.Encode(text);
    }

    [Theory]
    [InlineData("vocabulary.tiktoken")]
    [InlineData("tokenizer.model")]
    public void A_vocabulary_of_tiktoken_gives_the_ids_of_its_merges(string name)
    {
        using var gguf = GgufFile.Open(SharedFolder.Path("data", "tokenizer_vectors", "gpt-2.gguf"));
        var stored = GgufTokenizer.Read(gguf);
        var lines = stored.Tokens!.Take(50_256).Select((token, id) => $"{Convert.ToBase64String(ByteLetters.Read(token)!)} {id}\n");
        _folder.Write(name, Encoding.ASCII.GetBytes(string.Concat(lines)));
        _folder.Write("tokenizer_config.json", """{"bos_token":"<s>","added_tokens_decoder":{"50256":{"content":"<s>","special":true}}}""");
        var tokenizer = Tokenizer.Load(_folder.Path);
        var same = Tokenizer.FromVocabulary([.. stored.Tokens!.Take(50_256)], stored.Merges!, [], "llama-bpe");
        var texts = File.ReadAllText(SharedFolder.Path("data", "tokenizer_vectors", "gpt-2.inp")).Split("\n__ggml_vocab_test__\n");
        foreach (var text in texts) tokenizer.Encode(text, addSpecialTokens: true).ShouldBe([50_256, .. same.Encode(text)], text);
        TestContext.Current.TestOutputHelper?.WriteLine($"{texts.Length} texts");
    }

    [Fact]
    public void What_cannot_be_read_is_one_error_that_names_the_file()
    {
        Says("normalizer_spec.precompiled_charsmap", Small().Bytes(3, new PieceModelBuilder().Bytes(2, [1]).Build()).Build());
        Says("normalizer_spec.escape_whitespaces", Small().Bytes(3, new PieceModelBuilder().Number(5, 0).Build()).Build());
        Says("trainer_spec.model_type", Small().Bytes(2, Trainer(3)).Build());
        Says(null, []);
        Says("pieces[4]", new PieceModelBuilder().Piece("a", 0, PieceType.Normal).Build().Concat(Small().Piece("ab", -1, PieceType.Normal).Build()).ToArray());
        Says(null, [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]);
        Says(null, [0x0F]);
        var good = Small().Build();
        foreach (var length in Enumerable.Range(1, good.Length - 1)) LoadsOrSays(good[..length]);
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => LoadsOrSays(bytes)).QuickCheckThrowOnFailure();

        void Says(string? field, byte[] file)
        {
            var path = _folder.Write("tokenizer.model", file);
            var error = Should.Throw<UserError>(() => Tokenizer.Load(_folder.Path));
            error.File.ShouldBe(path);
            if (field is not null) error.Field.ShouldBe(field);
        }

        void LoadsOrSays(byte[] file)
        {
            _folder.Write("tokenizer.model", file);
            try
            {
                Tokenizer.Load(_folder.Path);
            }
            catch (UserError)
            {
                // As it should.
            }
        }
    }

    [Fact]
    public void A_line_that_is_no_token_of_tiktoken_is_named()
    {
        var path = _folder.Write("a.tiktoken", "YQ== 0\nYg== one\n"u8.ToArray());
        var error = Should.Throw<UserError>(() => Tokenizer.Load(_folder.Path));
        (error.File, error.Line).ShouldBe((path, 2));
    }

    private static PieceModelBuilder Small() => new PieceModelBuilder()
        .Piece("<unk>", 0, PieceType.Unknown).Piece("<s>", 0, PieceType.Control).Piece("</s>", 0, PieceType.Control)
        .Piece("a", -10, PieceType.Normal).Piece("b", -11, PieceType.Normal).Piece("ab", -1, PieceType.Normal).Piece("▁ab", -2, PieceType.Normal).Piece("▁", -12, PieceType.Normal)
        .Bytes(2, Trainer(2)).Bytes(3, Normalizer());

    private static byte[] Trainer(ulong kind) => new PieceModelBuilder().Number(3, kind).Build();

    /// <summary>As Llama's: a space before the text, and spaces kept.</summary>
    private static byte[] Normalizer() => new PieceModelBuilder().Number(3, 1).Number(4, 0).Build();
}
