using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text;
using System.Threading.Tasks;

namespace Deliberate.Harness
{
    /// <summary>
    /// Runs one program and its tests. It reads all from standard input before the program begins; the program's own output goes nowhere,
    /// and each test that passed is told by a word that the program is not given: to print "passed", to exit early or to throw is to fail.
    /// A program that looks for the word in the process's memory is beyond it.
    /// </summary>
    internal static class Running
    {
        private const int ReadWrite = 2;

        public static void Once()
        {
            string word, name;
            int[] tests;
            byte[] assembly;
            using (var input = new BinaryReader(Console.OpenStandardInput()))
            {
                (word, name) = (input.ReadString(), input.ReadString());
                tests = new int[input.ReadInt32()];
                for (var i = 0; i < tests.Length; i++) tests[i] = input.ReadInt32();
                assembly = input.ReadBytes(input.ReadInt32());
            }

            var (tell, silent) = (dup(1), open("/dev/null", ReadWrite));
            foreach (var descriptor in new[] { 0, 1, 2 }) _ = dup2(silent, descriptor);
            void Say(string what, string text = "")
            {
                var line = Encoding.UTF8.GetBytes($"{word} {what} {(text.Length > 200 ? text[..200] : text).ReplaceLineEndings(" ")}\n");
                _ = write(tell, line, line.Length);
            }

            Run(assembly, name, tests, Say);
            // Threads that the program left do not keep it.
            _exit(0);
        }

        private static void Run(byte[] assembly, string name, int[] tests, Action<string, string> say)
        {
            Type type;
            object instance;
            // What ends the process from here on is the program's doing: a full stack or a file that is too large kills it where nothing can be caught.
            say("begun", "");
            try
            {
                type = AssemblyLoadContext.Default.LoadFromStream(new MemoryStream(assembly)).GetType("Script", throwOnError: true)!;
                var states = new object[2];
                ((Task<object>)Invoke(type.GetMethod("<Factory>", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!, null, [states])!).GetAwaiter().GetResult();
                instance = states.First(type.IsInstanceOfType);
            }
            catch (Exception error)
            {
                say("broken", Words(error));
                return;
            }

            foreach (var at in tests)
            {
                try
                {
                    var result = Invoke(type.GetMethod(name + at, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!, instance, null);
                    say((result as Task<bool>)?.GetAwaiter().GetResult() ?? (bool)result! ? "passed" : "failed", $"{at} it is false");
                }
                catch (Exception error)
                {
                    say("failed", $"{at} {Words(error)}");
                }
            }

            say("done", "");
        }

        private static object? Invoke(MethodInfo method, object? instance, object?[]? arguments) => method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null);

        private static string Words(Exception error) => error is TestFailed ? error.Message : $"{error.GetType().Name}: {error.Message}";

        [DllImport("libc")]
        private static extern int dup(int descriptor);

        [DllImport("libc")]
        private static extern int dup2(int from, int to);

        [DllImport("libc")]
        private static extern int open(string path, int flags);

        [DllImport("libc")]
        private static extern nint write(int descriptor, byte[] bytes, nint count);

        [DllImport("libc")]
        private static extern void _exit(int code);
    }
}
