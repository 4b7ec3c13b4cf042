"""nbgrader 的设置：放在课程文件夹里，它的每条命令都读。"""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "zhagen"
c.ClearSolutions.begin_solution_delimeter = "### 解答开始"
c.ClearSolutions.end_solution_delimeter = "### 解答结束"
c.ClearSolutions.code_stub = {"python": "# 写在这里，写好以后删掉下面一行\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "（双击这里，写在下面。）"
c.ClearHiddenTests.begin_test_delimeter = "### 不公开的检查开始"
c.ClearHiddenTests.end_test_delimeter = "### 不公开的检查结束"
c.ExecutePreprocessor.timeout = 300
